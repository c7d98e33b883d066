using Microsoft.Extensions.Time.Testing;

namespace Sluice.Kubernetes.Tests.Requests;

public sealed class ApiTransportTests
{
    private static readonly ObjectKey Key = new("apps", "web");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task An_answer_of_429_with_Retry_After_is_waited_for()
    {
        using var connection = ScriptedServer.Connect(out var server, _time);
        var getting = new KubernetesApi(connection).GetAsync(Thing.Resource, Key, Thing.Decode, TestContext.Current.CancellationToken);

        (await server.NextAsync()).Reply(429, "slow down", retryAfter: "7");
        await AdvanceUntilAsync(server, TimeSpan.FromSeconds(1), out var waited);
        (await server.NextAsync()).Reply(200, Json(5));

        (await getting)!.Value.Should().Be(5);
        waited().TotalSeconds.Should().BeInRange(7, 10, "the server asked for 7 s, and up to a fifth is added");
    }

    [Fact]
    public async Task After_five_retries_the_refusal_is_the_caller_s()
    {
        using var connection = ScriptedServer.Connect(out var server, _time);
        var getting = new KubernetesApi(connection).GetAsync(Thing.Resource, Key, Thing.Decode, TestContext.Current.CancellationToken);

        for (var request = 0; request < 6; request++)
        {
            await AdvanceUntilAsync(server, TimeSpan.FromSeconds(1), out _);
            (await server.NextAsync()).Reply(503, """{"kind":"Status","reason":"ServiceUnavailable","message":"etcd is away","code":503}""", retryAfter: "1");
        }

        var failure = (await getting.Invoking(g => g).Should().ThrowAsync<KubernetesApiException>()).Which;
        failure.Message.Should().Be("get Thing apps/web: 503 ServiceUnavailable: etcd is away");
        failure.RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
        failure.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task A_write_that_is_only_right_now_is_not_sent_again_later()
    {
        using var connection = ScriptedServer.Connect(out var server, _time);
        var applying = new KubernetesApi(connection).ApplyAsync(Thing.Resource, Key, default, new("ours") { Once = true }, Thing.Decode, TestContext.Current.CancellationToken);

        (await server.NextAsync()).Reply(429, "slow down", retryAfter: "7");

        (await applying.Invoking(a => a).Should().ThrowAsync<KubernetesApiException>()).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task A_refusal_without_Retry_After_is_not_tried_again()
    {
        using var connection = ScriptedServer.Connect(out var server, _time);
        var getting = new KubernetesApi(connection).GetAsync(Thing.Resource, Key, Thing.Decode, TestContext.Current.CancellationToken);

        (await server.NextAsync()).Reply(500, "<html>a proxy</html>");

        var failure = (await getting.Invoking(g => g).Should().ThrowAsync<KubernetesApiException>()).Which;
        failure.StatusCode.Should().Be(500);
        failure.Message.Should().Contain("a proxy", "what a proxy says is better than nothing");
    }

    [Fact]
    public async Task A_custom_resource_that_was_replaced_by_another_of_the_same_name_is_a_conflict_though_the_API_server_calls_it_invalid()
    {
        using var connection = ScriptedServer.Connect(out var server, _time);
        var applying = new KubernetesApi(connection).ApplyAsync(Thing.Resource, Key, default, new("ours"), Thing.Decode, TestContext.Current.CancellationToken);

        (await server.NextAsync()).Reply(422, """
            {"kind":"Status","reason":"Invalid","message":"Thing \"web\" is invalid: metadata.uid: Invalid value: \"1\": field is immutable","code":422,
             "details":{"name":"web","causes":[{"reason":"FieldValueInvalid","message":"Invalid value: \"1\": field is immutable","field":"metadata.uid"}]}}
            """);

        var failure = (await applying.Invoking(a => a).Should().ThrowAsync<KubernetesApiException>()).Which;
        (failure.IsConflict, failure.IsInvalid).Should().Be((true, false));
    }

    [Fact]
    public async Task A_request_without_an_answer_is_given_up_after_the_time_out()
    {
        using var connection = ScriptedServer.Connect(out var server, _time);
        var getting = new KubernetesApi(connection).GetAsync(Thing.Resource, Key, Thing.Decode, TestContext.Current.CancellationToken);
        var exchange = await server.NextAsync();

        _time.Advance(TimeSpan.FromSeconds(29));
        exchange.GivenUp.IsCancellationRequested.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));

        var failure = (await getting.Invoking(g => g).Should().ThrowAsync<KubernetesApiException>()).Which;
        (failure.StatusCode, failure.Reason, failure.IsTransient).Should().Be((0, "Timeout", true));
        failure.Message.Should().StartWith("get Thing apps/web: Timeout: No answer from http://scripted/ within 30 s");
    }

    [Fact]
    public async Task Requests_beyond_the_burst_go_out_at_the_sustained_rate()
    {
        using var connection = ScriptedServer.Connect(out var server, _time, new ConnectionOptions { Qps = 2, Burst = 3 });
        var api = new KubernetesApi(connection);
        var calls = Enumerable.Range(0, 5).Select(_ => api.GetRawAsync("/version", TestContext.Current.CancellationToken)).ToArray();
        for (var i = 0; i < 3; i++)
            (await server.NextAsync()).Reply(200, "{}");
        server.HasRequest.Should().BeFalse("the burst is three");

        _time.Advance(TimeSpan.FromMilliseconds(500));
        (await server.NextAsync()).Reply(200, "{}");
        server.HasRequest.Should().BeFalse("the rate is two a second");
        _time.Advance(TimeSpan.FromMilliseconds(500));
        (await server.NextAsync()).Reply(200, "{}");

        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Who_to_act_as_is_on_every_request()
    {
        var options = new ConnectionOptions { ImpersonateUser = "jane", ImpersonateGroups = ["dev", "ops"], UserAgent = "sluice/0.1" };
        using var connection = ScriptedServer.Connect(out var server, _time, options);
        var getting = new KubernetesApi(connection).GetRawAsync("/version", TestContext.Current.CancellationToken);
        var exchange = await server.NextAsync();
        exchange.Reply(200, "{}");
        await getting;

        exchange.Request.Headers.GetValues("Impersonate-User").Should().Equal("jane");
        exchange.Request.Headers.GetValues("Impersonate-Group").Should().Equal("dev", "ops");
        exchange.Request.Headers.UserAgent.ToString().Should().Be("sluice/0.1");
    }

    [Fact]
    public void A_path_escapes_what_names_may_not_contain_and_refuses_to_name_a_collection()
    {
        Thing.Resource.ObjectPath(new ObjectKey("a/b", "c?d#e")).Should().Be("/apis/test.sluice.dev/v1/namespaces/a%2Fb/things/c%3Fd%23e");
        new ApiResource("", "v1", "nodes", "Node", Namespaced: false).ObjectPath(new ObjectKey("", "n"), "status").Should().Be("/api/v1/nodes/n/status");
        FluentActions.Invoking(() => Thing.Resource.ObjectPath(new ObjectKey("a", ""))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Thing.Resource.ObjectPath(new ObjectKey("a", ".."))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Thing.Resource.ObjectPath(new ObjectKey("", "web"))).Should().Throw<ArgumentException>();
    }

    private static string Json(int value) => System.Text.Encoding.UTF8.GetString(Thing.Encode(Key, "u", 1, $$"""{"value":{{value}}}"""));

    // Moves the clock on in steps until the client has sent its next request.
    private Task AdvanceUntilAsync(ScriptedServer server, TimeSpan step, out Func<TimeSpan> waited)
    {
        var total = TimeSpan.Zero;
        waited = () => total;
        return Task.Run(async () =>
        {
            // The client needs a moment of real time to get to its wait.
            for (var still = 0; !server.HasRequest; still++)
            {
                if (still % 20 == 19)
                {
                    _time.Advance(step);
                    total += step;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
        });
    }
}
