using Microsoft.Extensions.Time.Testing;
using Sluice.Controller.Hosting;
using Sluice.Kubernetes;

namespace Sluice.Controller.Tests.Hosting;

public sealed class MemoryReturnTests
{
    private const long Much = 100 << 20;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private long _allocated;
    private int _returned;

    [Fact]
    public async Task After_a_burst_memory_is_given_back_once_when_there_is_rest()
    {
        using var memory = Create();
        await WorkAsync(memory, 1000, Much);
        _time.Advance(Rest);
        _returned.Should().Be(0, "there was more to come");
        _time.Advance(Rest - TimeSpan.FromSeconds(1));
        _returned.Should().Be(0, "there may be more to come");
        _time.Advance(TimeSpan.FromSeconds(1));
        _returned.Should().Be(1);
        _time.Advance(TimeSpan.FromHours(1));
        _returned.Should().Be(1, "nothing was done since");
    }

    [Fact]
    public async Task While_work_goes_on_memory_is_kept()
    {
        using var memory = Create();
        for (var round = 0; round < 5; round++)
        {
            await WorkAsync(memory, 1500, Much);
            _time.Advance(Rest);
        }

        _returned.Should().Be(0);
        _time.Advance(Rest);
        _returned.Should().Be(1);
    }

    [Fact]
    public async Task Looks_that_allocate_next_to_nothing_are_rest_however_many_there_are()
    {
        using var memory = Create();
        await WorkAsync(memory, 1000, Much);
        _time.Advance(Rest);
        await WorkAsync(memory, 2000, 4 << 20);
        _time.Advance(Rest);
        _returned.Should().Be(1);
    }

    [Fact]
    public async Task A_burst_that_comes_while_memory_is_given_back_is_followed_by_a_return_of_its_own()
    {
        MemoryReturn? memory = null;
        var bursts = 1;
        using var created = new MemoryReturn(_time, () => Interlocked.Read(ref _allocated), () =>
        {
            _returned++;
            if (bursts-- > 0)
            {
                // On other threads, as workers do.
                Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => WorkAsync(memory!, 100, 0), TestContext.Current.CancellationToken))).GetAwaiter().GetResult();
            }
        });
        memory = created;
        await WorkAsync(memory, 1000, Much);
        _time.Advance(Rest);
        _time.Advance(Rest);
        _returned.Should().Be(1);
        Interlocked.Add(ref _allocated, Much);
        _time.Advance(Rest);
        _time.Advance(Rest);
        _returned.Should().Be(2, "what it has allocated is given back too");
    }

    [Theory]
    [InlineData(249, Much)]
    [InlineData(100_000, 1000)]
    public async Task What_was_no_burst_or_left_nothing_behind_gives_nothing_back(int looks, long allocated)
    {
        using var memory = Create();
        await WorkAsync(memory, looks, allocated);
        _time.Advance(TimeSpan.FromHours(1));
        _returned.Should().Be(0);
    }

    [Fact]
    public async Task Each_burst_is_followed_by_a_return_of_its_own_also_when_what_it_did_failed()
    {
        using var memory = Create();
        for (var burst = 1; burst <= 3; burst++)
        {
            var fail = memory.After<string>((_, _) => throw new InvalidOperationException());
            for (var look = 0; look < 1500; look++)
            {
                await fail.Invoking(failing => failing("app", TestContext.Current.CancellationToken)).Should().ThrowAsync<InvalidOperationException>();
            }

            _allocated += Much;
            _time.Advance(Rest);
            _time.Advance(Rest);
            _returned.Should().Be(burst);
        }
    }

    private MemoryReturn Create() => new(_time, () => _allocated, () => _returned++);

    private async Task WorkAsync(MemoryReturn memory, int looks, long allocated)
    {
        var look = memory.After<string>((_, _) => Task.FromResult(ReconcileResult.Done));
        for (var done = 0; done < looks; done++)
        {
            await look("app", TestContext.Current.CancellationToken);
        }

        _allocated += allocated;
    }
}
