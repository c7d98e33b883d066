using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sluice.Controller.Logging;

namespace Sluice.Controller.Tests.Logging;

public sealed partial class FluxLoggingTests : IDisposable
{
    private static readonly string[] Objects = ["a", "b"];

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 10, 0, 0, 5, TimeSpan.Zero));
    private readonly MemoryStream _output = new();
    private ILoggerFactory? _loggers;

    public void Dispose()
    {
        _loggers?.Dispose();
        _output.Dispose();
    }

    [Fact]
    public void An_entry_is_one_line_as_Flux_writes_it()
    {
        Opened(Logger(), "flux-system/sre", "jane", TimeSpan.FromMinutes(90), 3);

        Text().Should().Be(
            """{"level":"info","ts":"2026-11-22T10:00:00.005Z","logger":"gate","msg":"Gate flux-system/sre opened by jane for 01:30:00, releasing 3","gate":"flux-system/sre","by":"jane","window":"1h30m","count":3}"""
            + "\n");
    }

    [Fact]
    public void Scopes_become_fields_and_the_inner_one_wins()
    {
        var logger = Logger();
        using (logger.BeginScope(new Dictionary<string, object?> { ["Controller"] = "gate", ["Name"] = "outer" }))
        using (logger.BeginScope("a text that is no field"))
        using (logger.BeginScope(new Dictionary<string, object?> { ["Name"] = "inner", ["Objects"] = Objects }))
        {
            Said(logger, "m");
        }

        Said(logger, "after");

        Lines()[0].GetRawText().Should().EndWith(""","text":"m","name":"inner","objects":["a","b"],"controller":"gate"}""");
        Lines()[1].GetRawText().Should().EndWith(""","text":"after"}""");
    }

    [Fact]
    public void An_error_carries_what_happened_and_its_stack_and_a_warning_only_what_happened()
    {
        Exception thrown;
        try
        {
            throw new IOException("cannot read", new InvalidOperationException("the cause"));
        }
        catch (IOException e)
        {
            thrown = e;
        }

        Failed(Logger(), thrown);
        Warned(Logger(), thrown);

        var (error, warning) = (Lines()[0], Lines()[1]);
        error.GetProperty("level").GetString().Should().Be("error");
        error.GetProperty("error").GetString().Should().Be("cannot read: the cause");
        error.GetProperty("stacktrace").GetString().Should().Contain(nameof(An_error_carries_what_happened_and_its_stack_and_a_warning_only_what_happened));
        warning.GetProperty("level").GetString().Should().Be("warn");
        warning.GetProperty("error").GetString().Should().Be("cannot read: the cause");
        warning.TryGetProperty("stacktrace", out _).Should().BeFalse();
    }

    [Fact]
    public void A_field_never_takes_the_place_of_a_fixed_one()
    {
        Clashing(Logger(), "a", "b", "c");

        Lines()[0].GetRawText().Should().EndWith(""","msg":"a b c","level_":"a","msg_":"b","error_":"c"}""");
    }

    [Fact]
    public void Any_text_stays_one_line_of_JSON_and_comes_back_as_it_was()
    {
        var logger = Logger();
        Gen.String[Gen.Char["ab\"\\\n\r\t\u0000\u2028é<"], 0, 40].Sample(
            text =>
            {
                _output.SetLength(0);
                Said(logger, text);
                Text().Count(c => c == '\n').Should().Be(1);
                Lines()[0].GetProperty("text").GetString().Should().Be(text);
                Lines()[0].GetProperty("msg").GetString().Should().Be(text);
            },
            iter: 500,
            threads: 1);
    }

    [Fact]
    public void Values_that_JSON_cannot_hold_do_not_break_the_line()
    {
        using var scope = Logger().BeginScope(new Dictionary<string, object?>
        {
            ["half"] = "\ud83d",
            ["nan"] = double.NaN,
            ["none"] = null,
            ["negative"] = TimeSpan.FromSeconds(-3),
            ["at"] = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)),
            ["level"] = LogLevel.Debug,
        });
        Said(_loggers!.CreateLogger("gate"), "m");

        Lines()[0].GetRawText().Should().EndWith(
            ""","text":"m","half":"\uFFFD","nan":"NaN","none":null,"negative":"-3s","at":"2026-01-02T02:04:05Z","level_":"Debug"}""");
    }

    [Fact]
    public void Console_lines_have_tabs_and_the_fields_at_the_end()
    {
        var logger = Logger(encoding: LogEncoding.Console);
        Opened(logger, "a/b", "jane", TimeSpan.FromSeconds(1), 2);
        Started(logger);

        Text().Should().Be(
            "2026-11-22T10:00:00.005Z\tINFO\tgate\tGate a/b opened by jane for 00:00:01, releasing 2\t"
            + """{"gate":"a/b","by":"jane","window":"1s","count":2}""" + "\n"
            + "2026-11-22T10:00:00.005Z\tINFO\tgate\tstarted\n");
    }

    [Theory]
    [InlineData("trace", "trace,debug,info,warn,error,error")]
    [InlineData("debug", "debug,info,warn,error,error")]
    [InlineData("info", "info,warn,error,error")]
    [InlineData("error", "error,error")]
    public void The_log_level_is_the_least_that_is_written(string name, string written)
    {
        FluxLogging.TryParseLevel(name, out var level, out var error).Should().BeTrue();
        error.Should().BeNull();
        var logger = Logger(level);
        for (var each = LogLevel.Trace; each <= LogLevel.Critical; each++)
        {
            Levelled(logger, each);
        }

        string.Join(',', Lines().Select(l => l.GetProperty("level").GetString())).Should().Be(written);
    }

    [Theory]
    [InlineData(LogLevel.Information, false)]
    [InlineData(LogLevel.Trace, true)]
    public void The_frameworks_chatter_is_shown_at_trace_alone(LogLevel level, bool shown)
    {
        Logger(level);
        Started(_loggers!.CreateLogger("Microsoft.AspNetCore.Server.Kestrel"));
        Started(_loggers!.CreateLogger("System.Net.Http"));

        Lines().Should().HaveCount(shown ? 2 : 0);
        Warned(_loggers!.CreateLogger("Microsoft.AspNetCore.Server.Kestrel"), new IOException("x"));
        Lines().Should().HaveCount(shown ? 3 : 1);
    }

    [Fact]
    public void Wrong_flags_are_refused_with_what_is_allowed()
    {
        FluxLogging.TryParseLevel("warn", out _, out var level).Should().BeFalse();
        level.Should().Be("'warn' is not a log level; write trace, debug, info or error");
        FluxLogging.TryParseEncoding("yaml", out _, out var encoding).Should().BeFalse();
        encoding.Should().Be("'yaml' is not a log encoding; write json or console");
        FluxLogging.TryParseEncoding("console", out var console, out _).Should().BeTrue();
        console.Should().Be(LogEncoding.Console);
    }

    [Fact]
    public void Lines_of_many_threads_stay_whole()
    {
        var logger = Logger();

        Parallel.For(0, 2000, i => Said(logger, new string((char)('a' + (i % 26)), i % 300)));

        Lines().Should().HaveCount(2000).And.OnlyContain(l => l.GetProperty("msg").GetString() == l.GetProperty("text").GetString());
    }

    [LoggerMessage(LogLevel.Information, "Gate {Gate} opened by {By} for {Window}, releasing {Count}")]
    private static partial void Opened(ILogger logger, string gate, string by, TimeSpan window, int count);

    [LoggerMessage(LogLevel.Information, "{Text}")]
    private static partial void Said(ILogger logger, string text);

    [LoggerMessage(LogLevel.Information, "started")]
    private static partial void Started(ILogger logger);

    [LoggerMessage(LogLevel.Error, "failed")]
    private static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Warning, "failed, trying again")]
    private static partial void Warned(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Information, "{Level} {Msg} {Error}")]
    private static partial void Clashing(ILogger logger, string level, string msg, string error);

    [LoggerMessage("at this level")]
    private static partial void Levelled(ILogger logger, LogLevel level);

    private ILogger Logger(LogLevel level = LogLevel.Information, LogEncoding encoding = LogEncoding.Json)
    {
        _loggers ??= FluxLogging.CreateFactory(level, encoding, _clock, _output);
        return _loggers.CreateLogger("gate");
    }

    private string Text() => Encoding.UTF8.GetString(_output.ToArray());

    private List<JsonElement> Lines() => [.. Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
}
