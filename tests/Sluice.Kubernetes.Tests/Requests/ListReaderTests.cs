using System.Text;
using CsCheck;

namespace Sluice.Kubernetes.Tests.Requests;

public sealed class ListReaderTests
{
    private static readonly Gen<string> Items = Gen.OneOf(
        Gen.Int[0, 400].Select(n => $$"""{"metadata":{"name":"x{{new string('y', n)}}"},"spec":[1,{"a":"]}\"{"}]}"""),
        Gen.Const("""{"items":[{"metadata":null}],"metadata":{"continue":"not this one"}}"""),
        Gen.Const("{}"));

    [Fact]
    public Task A_list_is_cut_into_its_items_however_its_bytes_arrive() =>
        Gen.Select(Items.List[0, 20], Gen.Bool, Gen.Int[1, 300], (items, last, piece) => (items, last, piece)).SampleAsync(async sample =>
        {
            var metadata = """ "metadata" : {"resourceVersion":"12","continue":"abc","remainingItemCount":3} """;
            var items = $"\"items\": [{string.Join(" ,\n", sample.items)}]";
            var json = $"{{\"kind\":\"ThingList\",{(sample.last ? $"{items},{metadata}" : $"{metadata},{items}")} }}";
            List<string> read = [];

            var page = await ListReader.ReadAsync(new SlowStream(Encoding.UTF8.GetBytes(json), sample.piece), item => read.Add(Encoding.UTF8.GetString(item)), default);

            page.Should().Be(new ListPage("12", "abc"));
            read.Should().Equal(sample.items);
        }, iter: 500);

    [Theory]
    [InlineData("""{"metadata":{"resourceVersion":"1"},"items":[{"a":1},{"a":""")]
    [InlineData("""{"metadata":{"resourceVersion":"1"},"items":[{"a":1}]""")]
    [InlineData("")]
    [InlineData("<html>a proxy</html>")]
    [InlineData("""["no list"]""")]
    public async Task What_is_no_whole_list_is_a_failure_not_a_short_list(string json) =>
        await FluentActions.Awaiting(() => ListReader.ReadAsync(new SlowStream(Encoding.UTF8.GetBytes(json), 7), _ => { }, default))
            .Should().ThrowAsync<IOException>();

    private sealed class SlowStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer.Length > piece ? buffer[..piece] : buffer, cancellationToken);
    }
}
