using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Sluice.Gating.Checks;
using Sluice.Gating.Gates;
using Sluice.Kubernetes;

namespace Sluice.Controller.Checks;

/// <summary>
/// Asks the checks of gates, and keeps what was answered, in memory alone: after a start everything is asked anew. Nothing is asked by itself, but only when
/// a look at a gate or a candidate finds that an answer would matter and is due.
/// </summary>
internal sealed partial class CheckAsker(CheckHosts hosts, TimeProvider time, ILogger<CheckAsker> log) : IDisposable
{
    // Enough for one value with a thousand labels.
    private const int LargestAnswer = 64 * 1024;

    private const int MostAtOnce = 32;

    private readonly ConcurrentDictionary<string, GateAnswers> _gates = new();
    private readonly SemaphoreSlim _room = new(MostAtOnce);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        // Each check has its own.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Told of a gate when a check of its says something else than before.</summary>
    public event Action<ObjectKey>? Answered;

    /// <summary>What the checks of a gate have answered.</summary>
    public ImmutableArray<CheckAnswer> Of(string gateUid) => _gates.TryGetValue(gateUid, out var answers) ? answers.All : [];

    /// <summary>Asks those checks that are due, without waiting for the answers.</summary>
    /// <param name="gate">Their gate.</param>
    /// <param name="gateUid">Its identity.</param>
    /// <param name="checks">The checks.</param>
    /// <param name="candidate">What to ask about; null: the gate.</param>
    /// <param name="now">The present instant.</param>
    /// <returns>When to ask again; null when there is nothing to ask.</returns>
    public DateTimeOffset? Ask(ObjectKey gate, string gateUid, IEnumerable<AskedCheck> checks, Candidate? candidate, DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        foreach (var check in checks)
        {
            var answers = _gates.GetOrAdd(gateUid, _ => new());
            var due = answers.TryBegin(check, candidate, now);
            if (due is null)
            {
                _ = Task.Run(() => AskAsync(gate, answers, check, candidate));
                due = now + check.Interval;
            }

            next = next < due ? next : due;
        }

        return next;
    }

    /// <summary>Forgets a gate that is gone.</summary>
    public void Forget(string gateUid) => _gates.TryRemove(gateUid, out _);

    public void Dispose()
    {
        _stopping.Cancel();
        _http.Dispose();
    }

    private async Task AskAsync(ObjectKey gate, GateAnswers answers, AskedCheck check, Candidate? candidate)
    {
        var (passes, message) = await AnswerAsync(gate, check, candidate);
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        var isNews = answers.End(new(check, candidate, passes, message, time.GetUtcNow()));
        LogAnswer(gate, check.Name, candidate?.Revision, passes, message);
        if (isNews)
        {
            Answered?.Invoke(gate);
        }
    }

    private async Task<(bool Passes, string Message)> AnswerAsync(ObjectKey gate, AskedCheck check, Candidate? candidate)
    {
        var address = check is PrometheusCheck prometheus ? prometheus.Address : ((HttpCheck)check).Url;
        if (!hosts.Allow(address))
        {
            return (false, $"sluice-controller may not ask {address.Authority}: start it with --check-hosts={address.Authority}");
        }

        // The wait for others is no part of an answer's own time, but what has no answer in time has none.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            await _room.WaitAsync(limit.Token);
            try
            {
                using var timer = new CancellationTokenSource(check.Timeout, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, limit.Token);
                using var request = CheckQuestion.Of(check, gate, candidate);
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
                return await JudgeAsync(check, address, response, either.Token);
            }
            finally
            {
                _room.Release();
            }
        }
        catch (OperationCanceledException)
        {
            return (false, string.Create(CultureInfo.InvariantCulture, $"{address.Authority} has not answered within {check.Timeout.TotalSeconds} s"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (false, $"{address.Authority} cannot be asked: {e.Message}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What nobody foresaw is no yes, and must not keep it from being asked again.
            return (false, $"the answer of {address.Authority} cannot be read, which is a fault of Sluice: {e.Message}");
        }
    }

    private static async Task<(bool Passes, string Message)> JudgeAsync(AskedCheck check, Uri address, HttpResponseMessage response, CancellationToken cancellation)
    {
        var code = string.Create(CultureInfo.InvariantCulture, $"{address.Authority} answers {(int)response.StatusCode}");
        if (check is not PrometheusCheck prometheus)
        {
            return response.StatusCode == HttpStatusCode.OK ? (true, "") : (false, $"{code}; expected 200");
        }

        // A query that cannot be understood is answered by 400 and why.
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity))
        {
            return (false, $"{code}; expected 200");
        }

        var body = new byte[LargestAnswer + 1];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        return length > LargestAnswer ? (false, $"the answer is longer than {LargestAnswer / 1024} KiB; expected one value") : PrometheusAnswer.Judge(prometheus, body.AsMemory(0, length));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "check {Check} of gate {Gate} about {Candidate} passes: {Passes} {Why}")]
    private partial void LogAnswer(ObjectKey gate, string check, string? candidate, bool passes, string why);
}
