using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Controller.Checks;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Kubernetes;
using Sluice.TestBed;

namespace Sluice.Controller.Tests.Checks;

/// <summary>What is asked over a real socket, and what counts as an answer.</summary>
public sealed class CheckAskerTests
{
    private static readonly ObjectKey Gate = new("prod", "release");
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(200, true, "")]
    [InlineData(201, false, "answers 201; expected 200")]
    [InlineData(204, false, "answers 204; expected 200")]
    [InlineData(302, false, "answers 302; expected 200")]
    [InlineData(403, false, "answers 403; expected 200")]
    [InlineData(500, false, "answers 500; expected 200")]
    public async Task A_web_hook_says_yes_by_200_alone_and_is_not_followed_elsewhere(int status, bool passes, string why)
    {
        await using var server = await AskedServer.StartAsync();
        server.Status = status;
        var answer = await AskAsync(Hook(server));
        answer.Passes.Should().Be(passes);
        answer.Message.Should().EndWith(why);
        server.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task A_web_hook_gets_what_Flagger_s_web_hooks_get_and_what_it_is_asked_about()
    {
        await using var server = await AskedServer.StartAsync();
        await AskAsync(Hook(server) with { Metadata = """{"team":"a"}""", IsAboutCandidate = true }, new("main@sha1:aa", "sha256:bb", "sha256:cc"));
        var asked = server.Asked.Single();
        ((string?)asked["name"]).Should().Be("release");
        ((string?)asked["namespace"]).Should().Be("prod");
        ((string?)asked["phase"]).Should().Be("Waiting");
        ((string?)asked["checksum"]).Should().HaveLength(64);
        asked["metadata"]!.ToJsonString().Should().Be("""{"team":"a","check":"board","revision":"main@sha1:aa","digest":"sha256:bb","specDigest":"sha256:cc"}""");
    }

    [Fact]
    public async Task Silence_is_no_answer_after_the_time_out()
    {
        await using var server = await AskedServer.StartAsync();
        server.IsSilent = true;
        (await AskAsync(Hook(server))).Message.Should().Be($"{server.Address.Authority} has not answered within 1 s");
    }

    [Fact]
    public async Task One_that_nobody_serves_is_no_answer() =>
        (await AskAsync(new HttpCheck("board", new($"http://127.0.0.1:{LoopbackPort.Free()}"), "{}", false, Second, Second))).Message.Should().Contain("cannot be asked: ");

    [Fact]
    public async Task An_answer_that_is_too_long_is_no_answer()
    {
        await using var server = await AskedServer.StartAsync();
        server.Body = new string(' ', 70_000) + """{"status":"success","data":{"resultType":"scalar","result":[1,"0"]}}""";
        (await AskAsync(new PrometheusCheck("rate", server.Address, "q", null, 1, Second, Second))).Message.Should().Be("the answer is longer than 64 KiB; expected one value");
    }

    [Fact]
    public async Task A_host_that_nobody_has_named_is_not_asked()
    {
        await using var server = await AskedServer.StartAsync();
        (await AskAsync(Hook(server), hosts: ["example.org"])).Message
            .Should().Be($"sluice-controller may not ask {server.Address.Authority}: start it with --check-hosts={server.Address.Authority}");
        server.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task Nothing_is_asked_again_before_it_is_due_nor_twice_at_once()
    {
        await using var server = await AskedServer.StartAsync();
        server.IsSilent = true;
        using var asker = Asker("127.0.0.1");
        var check = Hook(server) with { Interval = TimeSpan.FromHours(1), Timeout = TimeSpan.FromSeconds(30) };
        for (var look = 0; look < 5; look++)
        {
            asker.Ask(Gate, "uid", [check], null, TimeProvider.System.GetUtcNow()).Should().NotBeNull();
        }

        await Eventually.GivesAsync("it is asked", () => Task.FromResult(server.Asked.Count), count => count == 1);
        server.IsSilent = false;
    }

    private static HttpCheck Hook(AskedServer server) => new("board", server.Address, "{}", false, Second, Second);

    private static CheckAsker Asker(params string[] hosts) => new(new(hosts), TimeProvider.System, NullLogger<CheckAsker>.Instance);

    private static async Task<CheckAnswer> AskAsync(AskedCheck check, Candidate? candidate = null, params string[] hosts)
    {
        using var asker = Asker(hosts.Length == 0 ? ["127.0.0.1"] : hosts);
        var answered = new TaskCompletionSource<ObjectKey>(TaskCreationOptions.RunContinuationsAsynchronously);
        asker.Answered += gate => answered.TrySetResult(gate);
        asker.Ask(Gate, "uid", [check], candidate, TimeProvider.System.GetUtcNow());
        (await answered.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Should().Be(Gate);
        return asker.Of("uid").Single();
    }
}
