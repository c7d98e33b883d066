using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Keeps a cache true to one collection of the API server: fetches the state, follows the changes, resumes after a
/// disconnection, and starts over when its version is no longer known. The rules are client-go's (reflector.go).
/// </summary>
internal sealed partial class Reflector<T>(
    KubernetesApi api, ApiResource resource, string? inNamespace, ObjectDecoder<T?> decoder, InformerOptions options, string name, CacheUpdater<T> updater,
    UndecodableObjects<T> undecodable, TimeProvider time, ILogger logger, Random random)
    where T : class, ICachedObject
{
    private const int MaxLineBytes = 8 * 1024 * 1024;

    /// <summary>A watch that lived shorter than this and ended is a failure: without it a broken proxy makes a tight loop.</summary>
    private static readonly TimeSpan ShortestGoodWatch = TimeSpan.FromSeconds(1);

    /// <summary>After this long without a failure the back-off starts over.</summary>
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromMinutes(2);

    /// <summary>How long the initial state may be silent.</summary>
    private static readonly TimeSpan SyncIdleTimeout = TimeSpan.FromMinutes(1);

    private readonly Backoff _backoff = new(options.InitialBackoff, options.MaxBackoff, random);
    private readonly Backoff _notServedBackoff = new(options.InitialBackoff, options.MaxNotServedBackoff, random);
    private TaskCompletionSource _retryNow = NewSignal();
    private bool _synced;
    private bool _watchList = options.PreferWatchList;
    private bool _bookmarks;
    private long _connected;

    /// <summary>Called with each new status, and the failure that led to it.</summary>
    public required Action<InformerStatus, Exception?> OnStatus { get; init; }

    /// <summary>Ends the current wait after a failure, if there is one.</summary>
    public void RetryNow() => Volatile.Read(ref _retryNow).TrySetResult();

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await OnceAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (KubernetesApiException e) when (!_synced && _watchList && e.StatusCode is 400 or 405 or 406 or 422 or 501)
            {
                // The server is older than WatchList, or has it turned off.
                LogNoWatchList(logger, name, e.Message);
                _watchList = false;
            }
            catch (Exception e) when (e is KubernetesApiException or WatchException or IOException or HttpRequestException or InvalidDataException)
            {
                await RecoverAsync(e, stopping).ConfigureAwait(false);
            }
        }
    }

    // Until the next failure, which it throws, or the clean end of a watch.
    private async Task OnceAsync(CancellationToken stopping)
    {
        _connected = time.GetTimestamp();
        if (!_synced)
        {
            OnStatus(InformerStatus.Syncing, null);
            updater.BeginSync();
            Instruments.Lists.Add(1, Instruments.Named(name));
            if (!_watchList)
                await ListAsync(stopping).ConfigureAwait(false);
        }
        var events = await WatchAsync(stopping).ConfigureAwait(false);
        var lived = time.GetElapsedTime(_connected);
        if (lived < ShortestGoodWatch)
            throw new WatchException($"The watch ended after {lived.TotalMilliseconds:0} ms and {events} events.");
    }

    private async Task RecoverAsync(Exception failure, CancellationToken stopping)
    {
        if (time.GetElapsedTime(_connected) >= HealthyAfter)
        {
            _backoff.Reset();
            _notServedBackoff.Reset();
        }
        var refusal = failure as KubernetesApiException;
        if (refusal is { IsGone: true } or { IsResourceVersionTooLarge: true } or { IsNotFound: true } || failure is WatchException { NeedsSync: true })
            _synced = false;
        var notServed = refusal is { IsNotFound: true };
        var wait = (notServed ? _notServedBackoff : _backoff).Next();
        if (refusal?.RetryAfter is { } asked && asked > wait)
            wait = asked < options.MaxBackoff ? asked : options.MaxBackoff;

        var reason = refusal is null ? "disconnected" : refusal.StatusCode == 0 ? refusal.Reason : refusal.StatusCode.ToString(CultureInfo.InvariantCulture);
        Instruments.WatchFailures.Add(1, Instruments.Named(name), new KeyValuePair<string, object?>("reason", reason));
        if (notServed)
            LogNotServed(logger, name, wait);
        else if (refusal is { IsForbidden: true } or { IsUnauthorized: true })
            LogRefused(logger, name, failure.Message, wait);
        else
            LogFailed(logger, name, failure.Message, _synced ? "resumes from the last version" : "fetches everything again", wait);

        var signal = NewSignal();
        Volatile.Write(ref _retryNow, signal);
        OnStatus(notServed ? InformerStatus.NotServed : InformerStatus.Retrying, failure);
        if (refusal is not { StatusCode: 0 })
        {
            await WaitAsync(wait, stopping, signal.Task).ConfigureAwait(false);
            return;
        }
        var back = api.Reachability.UntilBack;
        if (await WaitAsync(wait, stopping, signal.Task, back).ConfigureAwait(false) == back)
        {
            // Others are answered again. What fails from here on is another failure; and not all that have waited come at the same moment.
            _backoff.Reset();
            await WaitAsync(_backoff.Next(), stopping, signal.Task).ConfigureAwait(false);
        }
    }

    // What ended the wait: one of the signals, or the time.
    private async Task<Task> WaitAsync(TimeSpan longest, CancellationToken stopping, params Task[] signals)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var first = await Task.WhenAny([Task.Delay(longest, time, woken.Token), .. signals]).ConfigureAwait(false);
        await woken.CancelAsync().ConfigureAwait(false);
        return first;
    }

    private async Task ListAsync(CancellationToken stopping)
    {
        // A consistent read, in pages. client-go begins with resourceVersion=0, any version that the server has in memory: that
        // may be older than what this process has already seen or written, and such servers ignore the page size.
        var list = new ListOptions
        {
            Namespace = inNamespace,
            LabelSelector = options.LabelSelector,
            FieldSelector = options.FieldSelector,
            MetadataOnly = options.MetadataOnly,
        };
        string? next = null;
        ListPage page;
        do
        {
            try
            {
                page = await api.ListPageAsync(resource, list, next, SyncItem, stopping).ConfigureAwait(false);
                next = page.Continue;
            }
            catch (KubernetesApiException e) when (e.IsGone && list.PageSize > 0)
            {
                // The pages took so long that their version was compacted away: everything at once, from the beginning.
                updater.BeginSync();
                list = list with { PageSize = 0 };
                next = null;
                page = await api.ListPageAsync(resource, list, next, SyncItem, stopping).ConfigureAwait(false);
            }
        }
        while (!string.IsNullOrEmpty(next));
        EndSync(page.ResourceVersion);
    }

    private void SyncItem(ReadOnlySpan<byte> json)
    {
        if (!ObjectHead.TryRead(json, out var head))
            throw new WatchException("An item of the list has no metadata.") { NeedsSync = true };
        if (TryDecode(json, head, out var item))
            updater.Sync(head.Key, head.ResourceVersion, item);
    }

    private void EndSync(string version)
    {
        updater.EndSync(version);
        _synced = true;
        OnStatus(InformerStatus.Watching, null);
    }

    private async Task<int> WatchAsync(CancellationToken stopping)
    {
        var seconds = (int)(options.WatchTimeout.TotalSeconds * (1 + random.NextDouble()));
        var path = new QueryString(resource.CollectionPath(inNamespace))
            .Add("watch", true)
            .Add("allowWatchBookmarks", true)
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("timeoutSeconds", Math.Max(seconds, 1));
        path = _synced
            ? path.Add("resourceVersion", updater.LastVersion)
            : path.Add("sendInitialEvents", true).Add("resourceVersionMatch", "NotOlderThan");
        Instruments.Watches.Add(1, Instruments.Named(name));
        using var response = await api.OpenWatchAsync(path.ToString(), $"watch {resource}",
            options.MetadataOnly ? KubernetesApi.MetadataAccept : "application/json", unthrottled: false, stopping).ConfigureAwait(false);
        if (_synced)
            OnStatus(InformerStatus.Watching, null);

        // A dead peer says nothing. One timer, moved with every read.
        var longest = TimeSpan.FromSeconds(seconds + 30);
        using var idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var stop = stopping.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), idle).ConfigureAwait(false);
        await using var stream = await response.Content.ReadAsStreamAsync(idle.Token).ConfigureAwait(false);
        using var window = new ByteWindow(MaxLineBytes);
        var (events, scanned) = (0, 0);
        while (true)
        {
            idle.CancelAfter(!_synced ? SyncIdleTimeout : _bookmarks && options.IdleTimeout < longest ? options.IdleTimeout : longest);
            int read;
            try
            {
                read = await window.FillAsync(stream, idle.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                throw new WatchException("The watch has been silent for too long.");
            }
            if (read == 0)
                break;
            int end;
            while ((end = window.Unread[scanned..].IndexOf((byte)'\n')) >= 0)
            {
                var line = window.Unread[..(scanned + end)];
                if (!line.IsEmpty)
                {
                    Process(line);
                    events++;
                }
                window.Consume(scanned + end + 1);
                scanned = 0;
            }
            scanned = window.Length;
        }
        if (window.Length > 0)
            throw new WatchException("The watch was cut in the middle of an event.");
        if (!_synced)
            throw new WatchException("The watch ended before the initial state was complete.");
        return events;
    }

    private void Process(ReadOnlySpan<byte> line)
    {
        Instruments.WatchEvents.Add(1, Instruments.Named(name));
        if (!WatchLine.TryRead(line, out var parts))
            throw new WatchException("A line of the watch is no event.") { NeedsSync = true };
        if (parts.Type == WatchEventType.Error)
            throw new KubernetesApiException($"watch {resource}", ApiStatus.Read(parts.Object, 500));
        if (parts.Type == WatchEventType.Unknown || !ObjectHead.TryRead(parts.Object, out var head))
            throw new WatchException("An event of the watch has no known type, or an object without metadata.") { NeedsSync = true };
        if (parts.Type == WatchEventType.Bookmark)
        {
            _bookmarks = true;
            if (_synced)
                updater.Bookmark(head.ResourceVersion);
            else if (head.EndsInitialEvents)
                EndSync(head.ResourceVersion);
            return;
        }

        T? item = null;
        // A deletion is understood whatever the object looks like.
        if (parts.Type != WatchEventType.Deleted && !TryDecode(parts.Object, head, out item))
            return;
        if (_synced)
            updater.Change(head.Key, head.ResourceVersion, item);
        else
            updater.Sync(head.Key, head.ResourceVersion, item);
    }

    private bool TryDecode(ReadOnlySpan<byte> json, ObjectHead head, out T? item)
    {
        try
        {
            item = decoder(json);
            return true;
        }
#pragma warning disable CA1031 // Whatever a decoder throws means that it did not understand.
        catch (Exception e)
#pragma warning restore CA1031
        {
            updater.KeepUnknown(head.Key, head.ResourceVersion);
            undecodable.Add(head.Key, head.ResourceVersion, e);
            item = null;
            return false;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Information, Message = "Informer {Informer}: no streaming of the initial state, lists instead ({Reason})")]
    private static partial void LogNoWatchList(ILogger logger, string informer, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Informer {Informer}: {Failure} It {Plan} in {Wait}")]
    private static partial void LogFailed(ILogger logger, string informer, string failure, string plan, TimeSpan wait);

    [LoggerMessage(Level = LogLevel.Error, Message = "Informer {Informer}: not permitted: {Failure} Grant list and watch; trying again in {Wait}")]
    private static partial void LogRefused(ILogger logger, string informer, string failure, TimeSpan wait);

    [LoggerMessage(Level = LogLevel.Information, Message = "Informer {Informer}: the API server does not serve it (is the CRD installed?); trying again in {Wait}")]
    private static partial void LogNotServed(ILogger logger, string informer, TimeSpan wait);
}
