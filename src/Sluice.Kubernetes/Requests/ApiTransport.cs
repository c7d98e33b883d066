using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Sends requests the way a good citizen does: within the rate limit, with a deadline, waiting when the server says so.
/// Every failure comes out as <see cref="KubernetesApiException"/>, every response is disposed.
/// </summary>
internal sealed partial class ApiTransport(KubernetesConnection connection, ILogger logger)
{
    /// <summary>How often a request is sent again because the server answered 429 or 503 with Retry-After.</summary>
    private const int MaxRetries = 5;

    private const int MaxStatusBytes = 1024 * 1024;

    /// <summary>How often a request is sent again because no connection could be made, after 50, 100 and 200 ms.</summary>
    private const int MaxReconnects = 3;

    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>Whether the server answers.</summary>
    public Reachability Reachability { get; } = new(connection.Time);

    private TimeProvider Time => connection.Time;

    /// <summary>Sends, and reads the answer before the deadline (<see cref="ConnectionOptions.RequestTimeout"/>, for each try).</summary>
    public Task<T> SendAsync<T>(ApiRequest request, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellation) =>
        RetryAsync(request, async deadline =>
        {
            using var response = await AttemptAsync(request, deadline).ConfigureAwait(false);
            await using var body = await response.Content.ReadAsStreamAsync(deadline).ConfigureAwait(false);
            return await read(body, deadline).ConfigureAwait(false);
        }, cancellation);

    /// <summary>Sends, and hands back the response once its head is there; the deadline does not hold for the body. The caller disposes it.</summary>
    public Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellation) =>
        RetryAsync(request, deadline => AttemptAsync(request, deadline), cancellation);

    /// <summary>What an unreadable or broken answer becomes.</summary>
    public static KubernetesApiException NoAnswer(string subject, string reason, Exception inner) =>
        new(subject, new ApiStatus(0, reason, inner.Message, null, []), inner);

    private async Task<T> RetryAsync<T>(ApiRequest request, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellation)
    {
        var reconnects = 0;
        for (var retry = 0; ; retry++)
        {
            if (!request.Unthrottled)
                await connection.RateLimit.TakeAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await WithinDeadlineAsync(request, attempt, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesApiException e) when (e is { StatusCode: 429 or 503, RetryAfter: { } asked } && !request.Once && retry < MaxRetries)
            {
                // Up to a fifth more, or everyone that was turned away comes back at the same moment.
                var wait = (asked > LongestRetryAfter ? LongestRetryAfter : asked) * (1 + (Random.Shared.NextDouble() / 5));
                LogRetry(logger, request.Subject, e.StatusCode, wait);
                await Task.Delay(wait, Time, cancellation).ConfigureAwait(false);
            }
            catch (KubernetesApiException e) when (reconnects < MaxReconnects && NeverConnected(e))
            {
                // Requests share attempts to connect, so this one may have got the failure of an attempt from before the server
                // was back. Nothing was sent yet: again is safe.
                await Task.Delay(ReconnectDelay * (1 << reconnects++), Time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static bool NeverConnected(KubernetesApiException failure) =>
        failure.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError } e
        && e.InnerException is (IOException or SocketException);

    private async Task<T> WithinDeadlineAsync<T>(ApiRequest request, Func<CancellationToken, Task<T>> attempt, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(connection.RequestTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            return await attempt(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            Reachability.Lost();
            var late = new TimeoutException($"No answer from {connection.Server} within {connection.RequestTimeout.TotalSeconds:0.#} s.", e);
            throw NoAnswer(request.Subject, "Timeout", late);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Security.Authentication.AuthenticationException)
        {
            cancellation.ThrowIfCancellationRequested();
            Reachability.Lost();
            throw NoAnswer(request.Subject, "ConnectionFailed", e);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(ApiRequest request, CancellationToken cancellation)
    {
        using var message = request.ToMessage();
        var started = Time.GetTimestamp();
        HttpResponseMessage response;
        try
        {
            response = await connection.SendAsync(message, request.Path, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Count(request, "<error>", started);
            throw;
        }
        Reachability.Answered();
        Count(request, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture), started);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            throw await RefusalAsync(request, response, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<KubernetesApiException> RefusalAsync(ApiRequest request, HttpResponseMessage response, CancellationToken cancellation)
    {
        using var window = new ByteWindow(MaxStatusBytes, 4 * 1024);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        while (await window.FillAsync(body, cancellation).ConfigureAwait(false) > 0)
        {
        }
        var status = ApiStatus.Read(window.Unread, (int)response.StatusCode);
        // The header is the contract, details.retryAfterSeconds a copy of it that proxies do not know.
        if (response.Headers.RetryAfter?.Delta is { } delta)
            status = status with { RetryAfter = delta };
        if (status.Reason.Length == 0)
            status = status with { Reason = response.ReasonPhrase ?? response.StatusCode.ToString() };
        return new KubernetesApiException(request.Subject, status with { Code = (int)response.StatusCode });
    }

    private void Count(ApiRequest request, string code, long started)
    {
        var tags = new TagList { { "method", request.Method.Method }, { "code", code } };
        Instruments.Requests.Add(1, tags);
        Instruments.RequestDuration.Record(Time.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("verb", request.Method.Method));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Request}: the API server answered {StatusCode}; trying again in {Wait}")]
    private static partial void LogRetry(ILogger logger, string request, int statusCode, TimeSpan wait);
}
