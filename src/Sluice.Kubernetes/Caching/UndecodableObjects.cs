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

    public UndecodableObjects(KubernetesApi api, ApiResource resource, ObjectDecoder<T?> decoder, InformerOptions options, string name,
        CacheUpdater<T> updater, TimeProvider time, ILogger logger)
    {
        (_api, _resource, _decoder, _options, _name, _updater, _logger) = (api, resource, decoder, options, name, updater, logger);
        var retries = new WorkQueueOptions { InitialBackoff = options.InitialBackoff, MaxBackoff = options.MaxNotServedBackoff };
        _retries = new WorkQueue<ObjectKey>($"{name}-undecodable", retries, time);
    }

    /// <summary>Reports an object and has it read again.</summary>
    public void Add(ObjectKey key, string version, Exception failure)
    {
        Instruments.Undecodable.Add(1, Instruments.Named(_name));
        LogUndecodable(_logger, failure, _name, key, version);
        _retries.AddRateLimited(key);
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
        if (!_updater.IsUnknown(key, out var known))
        {
            _retries.Forget(key);
            return;
        }
        try
        {
            var (head, item, failure) = await _api.GetAsync(_resource, key, Read, _options.MetadataOnly, stopping).ConfigureAwait(false);
            if (failure is null)
                _updater.Recover(key, head.ResourceVersion, item);
            else if (known != head.ResourceVersion)
                _updater.StaysUnknown(key, head.ResourceVersion);
            if (failure is null || known == head.ResourceVersion)
                _retries.Forget(key);
            else
                _retries.AddRateLimited(key);
        }
        catch (KubernetesApiException e) when (e.IsObjectNotFound)
        {
            _updater.ForgetUnknown(key);
            _retries.Forget(key);
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
