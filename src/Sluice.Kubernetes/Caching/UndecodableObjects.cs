using Microsoft.Extensions.Logging;

namespace Sluice.Kubernetes;

/// <summary>
/// Objects whose latest version could not be understood. Each is read again, alone and with back-off, until it can be, or until
/// the same version has failed twice: then the object itself is at fault, and its next change is waited for.
/// </summary>
#pragma warning disable CA1001 // RunAsync shuts the queue down.
internal sealed partial class UndecodableObjects<T> where T : class, ICachedObject
#pragma warning restore CA1001
{
    private readonly KubernetesApi _api;
    private readonly ApiResource _resource;
    private readonly ObjectDecoder<T?> _decoder;
    private readonly InformerOptions _options;
    private readonly string _name;
    private readonly CacheUpdater<T> _updater;
    private readonly ILogger _logger;
    private readonly WorkQueue<ObjectKey> _retries;
    private readonly Dictionary<ObjectKey, string> _versions = [];

    public UndecodableObjects(KubernetesApi api, ApiResource resource, ObjectDecoder<T?> decoder, InformerOptions options, string name,
        CacheUpdater<T> updater, TimeProvider time, ILogger logger)
    {
        (_api, _resource, _decoder, _options, _name, _updater, _logger) = (api, resource, decoder, options, name, updater, logger);
        var retries = new WorkQueueOptions { InitialBackoff = options.InitialBackoff, MaxBackoff = options.MaxNotServedBackoff };
        _retries = new WorkQueue<ObjectKey>($"{name}-undecodable", retries, time);
    }

    public IReadOnlyCollection<ObjectKey> Keys
    {
        get
        {
            lock (_versions)
                return [.. _versions.Keys];
        }
    }

    /// <summary>Reports an object and has it read again. Called from the watch, so that the order per object is kept.</summary>
    public void Add(ObjectKey key, string version, Exception failure)
    {
        Instruments.Undecodable.Add(1, Instruments.Named(_name));
        LogUndecodable(_logger, failure, _name, key, version);
        lock (_versions)
            _versions[key] = version;
        _retries.AddRateLimited(key);
    }

    /// <summary>The object was understood, or is gone.</summary>
    public void Forget(ObjectKey key)
    {
        lock (_versions)
        {
            if (_versions.Count == 0 || !_versions.Remove(key))
                return;
        }
        _retries.Forget(key);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (await _retries.GetAsync(stopping).ConfigureAwait(false) is { ShutDown: false, Key: var key })
            {
                await RetryAsync(key, stopping).ConfigureAwait(false);
                _retries.Done(key);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        finally
        {
            _retries.Dispose();
        }
    }

    private async Task RetryAsync(ObjectKey key, CancellationToken stopping)
    {
        try
        {
            var (head, item, failure) = await _api.GetAsync(_resource, key, Read, _options.MetadataOnly, stopping).ConfigureAwait(false);
            lock (_versions)
            {
                if (!_versions.TryGetValue(key, out var known))
                    return;
                if (failure is null)
                {
                    // Still under the lock: a later event of the object must not come between.
                    _versions.Remove(key);
                    _retries.Forget(key);
                    _updater.Recover(head.Key, head.ResourceVersion, item);
                    return;
                }
                _versions[key] = head.ResourceVersion;
                if (known == head.ResourceVersion)
                {
                    _retries.Forget(key);
                    return;
                }
            }
            _retries.AddRateLimited(key);
        }
        catch (KubernetesApiException e) when (e.IsObjectNotFound)
        {
            // The watch says so too, or a new sync has.
            Forget(key);
        }
        catch (KubernetesApiException)
        {
            _retries.AddRateLimited(key);
        }
    }

    private (ObjectHead Head, T? Item, Exception? Failure) Read(ReadOnlySpan<byte> json)
    {
        if (!ObjectHead.TryRead(json, out var head))
            return (default, null, new WatchException("The object has no metadata."));
        try
        {
            return (head, _decoder(json), null);
        }
#pragma warning disable CA1031 // Whatever a decoder throws means that it did not understand.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (head, null, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Informer {Informer}: cannot understand {Object} at resourceVersion {Version}; its last known state is kept, and it is read again")]
    private static partial void LogUndecodable(ILogger logger, Exception failure, string informer, ObjectKey @object, string version);
}
