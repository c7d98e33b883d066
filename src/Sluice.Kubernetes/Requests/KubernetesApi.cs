using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sluice.Kubernetes;

/// <summary>
/// The verbs of the Kubernetes API over raw UTF-8: bodies go in as bytes, answers come out through a decoder.
/// Each call may throw <see cref="KubernetesApiException"/>, and nothing else than that and <see cref="OperationCanceledException"/>
/// for a failure of the server or the network. An answer of 429 or 503 with Retry-After is waited for, at most 5 times.
/// </summary>
public sealed class KubernetesApi
{
    internal const string MetadataAccept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    internal const string MetadataListAccept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    // An API server stores at most 1.5 MiB an object and answers lists in pages; discovery and OpenAPI documents are the largest.
    private const int MaxBodyBytes = 256 * 1024 * 1024;

    private readonly ApiTransport _transport;

    /// <summary>Talks over <paramref name="connection"/>, which the caller keeps and disposes.</summary>
    public KubernetesApi(KubernetesConnection connection, ILogger<KubernetesApi>? logger = null)
    {
        Connection = connection;
        _transport = new ApiTransport(connection, logger ?? NullLogger<KubernetesApi>.Instance);
    }

    /// <summary>The connection in use.</summary>
    public KubernetesConnection Connection { get; }

    /// <summary>Whether the API server answers.</summary>
    public Reachability Reachability => _transport.Reachability;

    /// <summary>Gets an object; <see cref="KubernetesApiException.IsNotFound"/> if there is none.</summary>
    public Task<T> GetAsync<T>(ApiResource resource, ObjectKey key, ObjectDecoder<T> decoder, CancellationToken cancellation = default) =>
        GetAsync(resource, key, decoder, metadataOnly: false, cancellation);

    /// <summary>Gets an object, or null if it does not exist or its kind is not served.</summary>
    public async Task<T?> TryGetAsync<T>(ApiResource resource, ObjectKey key, ObjectDecoder<T> decoder, CancellationToken cancellation = default)
        where T : class
    {
        try
        {
            return await GetAsync(resource, key, decoder, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Lists objects, page by page, decoding each as it arrives: the pages' JSON is never held as a whole.</summary>
    /// <returns>The objects, and the version of the collection from which a watch can go on.</returns>
    public async Task<(IReadOnlyList<T> Items, string ResourceVersion)> ListAsync<T>(
        ApiResource resource, ListOptions options, ObjectDecoder<T> decoder, CancellationToken cancellation = default)
    {
        List<T> items = [];
        string? next = null;
        while (true)
        {
            var page = await ListPageAsync(resource, options, next, json => items.Add(decoder(json)), cancellation).ConfigureAwait(false);
            next = page.Continue;
            if (options.Limit > 0 && items.Count >= options.Limit)
            {
                items.RemoveRange(options.Limit, items.Count - options.Limit);
                next = null;
            }
            if (string.IsNullOrEmpty(next))
                return (items, page.ResourceVersion);
        }
    }

    /// <summary>Creates an object; <see cref="KubernetesApiException.IsAlreadyExists"/> if there is one of that name.</summary>
    /// <param name="resource">Its kind.</param>
    /// <param name="inNamespace">Its namespace; null or empty for a cluster-scoped kind.</param>
    /// <param name="body">The object as JSON.</param>
    /// <param name="decoder">Decodes the object as stored.</param>
    /// <param name="options">Field manager, dry run; default none.</param>
    /// <param name="cancellation">Gives the call up; it may have happened all the same.</param>
    public Task<T> CreateAsync<T>(ApiResource resource, string? inNamespace, ReadOnlyMemory<byte> body, ObjectDecoder<T> decoder,
        WriteOptions? options = null, CancellationToken cancellation = default)
    {
        if (resource.Namespaced && string.IsNullOrEmpty(inNamespace))
            throw new ArgumentException($"Creating a {resource.Kind} needs a namespace.", nameof(inNamespace));
        var where = string.IsNullOrEmpty(inNamespace) ? "" : $" in {inNamespace}";
        return WriteAsync(HttpMethod.Post, resource.CollectionPath(inNamespace), $"create {resource.Kind}{where}", "application/json", body,
            options, decoder, cancellation);
    }

    /// <summary>
    /// Server-side apply: the fields of <paramref name="body"/> become the manager's, those it no longer names are given up.
    /// It creates what does not exist, unless the body carries <c>metadata.uid</c>: then a missing or different object is a conflict.
    /// </summary>
    public Task<T> ApplyAsync<T>(ApiResource resource, ObjectKey key, ReadOnlyMemory<byte> body, ApplyOptions options, ObjectDecoder<T> decoder,
        CancellationToken cancellation = default) =>
        // JSON is YAML; application/apply-patch+json is not served before 1.35.
        WriteAsync(HttpMethod.Patch, resource, key, "apply", "application/apply-patch+yaml", body, options, decoder, cancellation);

    /// <summary>
    /// A JSON merge patch (RFC 7386): lists are replaced whole, null removes. With <c>metadata.resourceVersion</c> in the body
    /// it is refused (409) once the object has changed. It never creates.
    /// </summary>
    public Task<T> MergePatchAsync<T>(ApiResource resource, ObjectKey key, ReadOnlyMemory<byte> body, WriteOptions? options, ObjectDecoder<T> decoder,
        CancellationToken cancellation = default) =>
        WriteAsync(HttpMethod.Patch, resource, key, "patch", "application/merge-patch+json", body, options, decoder, cancellation);

    /// <summary>Replaces an object; refused (409) if <c>metadata.resourceVersion</c> in the body is no longer the latest.</summary>
    public Task<T> UpdateAsync<T>(ApiResource resource, ObjectKey key, ReadOnlyMemory<byte> body, WriteOptions? options, ObjectDecoder<T> decoder,
        CancellationToken cancellation = default) =>
        WriteAsync(HttpMethod.Put, resource, key, "update", "application/json", body, options, decoder, cancellation);

    /// <summary>Deletes an object, or marks it for deletion if it has finalizers.</summary>
    /// <returns>True; false if it did not exist.</returns>
    public async Task<bool> DeleteAsync(ApiResource resource, ObjectKey key, DeleteOptions? options = null, CancellationToken cancellation = default)
    {
        var request = new ApiRequest(HttpMethod.Delete, resource.ObjectPath(key))
        {
            Subject = $"delete {resource.Describe(key)}",
            Body = DeleteBody(options ?? new DeleteOptions()),
            ContentType = "application/json",
        };
        try
        {
            return await _transport.SendAsync(request, DrainAsync, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Gets any path, such as <c>/version</c>, <c>/apis</c> or <c>/openapi/v3</c>: the answer as it is.</summary>
    public Task<ReadOnlyMemory<byte>> GetRawAsync(string path, CancellationToken cancellation = default) =>
        _transport.SendAsync(new ApiRequest(HttpMethod.Get, path) { Subject = $"get {path}" }, Decoding(ObjectDecoders.Raw), cancellation);

    /// <summary>
    /// The API server's own clock, in whole seconds, as the head of an answer says it; null when it does not. It is the clock that
    /// certificates are judged by.
    /// </summary>
    public async Task<DateTimeOffset?> GetServerTimeAsync(CancellationToken cancellation = default)
    {
        using var response = await _transport.OpenAsync(new ApiRequest(HttpMethod.Get, "/version") { Subject = "get /version" }, cancellation).ConfigureAwait(false);
        return response.Headers.Date;
    }

    internal Task<T> GetAsync<T>(ApiResource resource, ObjectKey key, ObjectDecoder<T> decoder, bool metadataOnly, CancellationToken cancellation,
        bool unthrottled = false)
    {
        var request = new ApiRequest(HttpMethod.Get, resource.ObjectPath(key))
        {
            Subject = $"get {resource.Describe(key)}",
            Accept = metadataOnly ? MetadataAccept : "application/json",
            Unthrottled = unthrottled,
        };
        return _transport.SendAsync(request, Decoding(decoder), cancellation);
    }

    internal Task<ListPage> ListPageAsync(ApiResource resource, ListOptions options, string? next, ItemReader onItem, CancellationToken cancellation)
    {
        var pageSize = options.Limit > 0 && (options.PageSize == 0 || options.Limit < options.PageSize) ? options.Limit : options.PageSize;
        var path = new QueryString(resource.CollectionPath(options.Namespace))
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("limit", pageSize)
            .Add("continue", next)
            .ToString();
        var request = new ApiRequest(HttpMethod.Get, path)
        {
            Subject = $"list {resource}",
            Accept = options.MetadataOnly ? MetadataListAccept : "application/json",
        };
        return _transport.SendAsync(request, (body, deadline) => ListReader.ReadAsync(body, onItem, deadline), cancellation);
    }

    internal Task<HttpResponseMessage> OpenWatchAsync(string path, string subject, string accept, bool unthrottled, CancellationToken cancellation) =>
        _transport.OpenAsync(new ApiRequest(HttpMethod.Get, path) { Subject = subject, Accept = accept, Unthrottled = unthrottled }, cancellation);

    internal Task<T> WriteAsync<T>(HttpMethod method, ApiResource resource, ObjectKey key, string verb, string contentType, ReadOnlyMemory<byte> body,
        WriteOptions? options, ObjectDecoder<T> decoder, CancellationToken cancellation, bool unthrottled = false)
    {
        var what = string.IsNullOrEmpty(options?.Subresource) ? resource.Describe(key) : $"{options.Subresource} of {resource.Describe(key)}";
        return WriteAsync(method, resource.ObjectPath(key, options?.Subresource), $"{verb} {what}", contentType, body, options, decoder, cancellation,
            unthrottled);
    }

    private Task<T> WriteAsync<T>(HttpMethod method, string path, string subject, string contentType, ReadOnlyMemory<byte> body,
        WriteOptions? options, ObjectDecoder<T> decoder, CancellationToken cancellation, bool unthrottled = false)
    {
        options ??= WriteOptions.Default;
        var query = new QueryString(path)
            .Add("fieldManager", options.FieldManager)
            .Add("force", options is ApplyOptions { Force: true })
            .Add("dryRun", options.DryRun ? "All" : null)
            .Add("fieldValidation", options.FieldValidation);
        var request = new ApiRequest(method, query.ToString())
        {
            Subject = subject,
            Body = body,
            ContentType = contentType,
            Unthrottled = unthrottled,
            Once = options.Once,
        };
        return _transport.SendAsync(request, Decoding(decoder), cancellation);
    }

    private static Func<Stream, CancellationToken, Task<T>> Decoding<T>(ObjectDecoder<T> decoder) => async (body, deadline) =>
    {
        using var window = new ByteWindow(MaxBodyBytes);
        while (await window.FillAsync(body, deadline).ConfigureAwait(false) > 0)
        {
        }
        return decoder(window.Unread);
    };

    private static async Task<bool> DrainAsync(Stream body, CancellationToken deadline)
    {
        await body.CopyToAsync(Stream.Null, deadline).ConfigureAwait(false);
        return true;
    }

    private static byte[] DeleteBody(DeleteOptions options)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, "v1"u8);
            json.WriteString("kind"u8, "DeleteOptions"u8);
            if (options.Propagation is not null)
                json.WriteString("propagationPolicy"u8, options.Propagation);
            if (options.Uid is not null || options.ResourceVersion is not null)
            {
                json.WriteStartObject("preconditions"u8);
                if (options.Uid is not null)
                    json.WriteString("uid"u8, options.Uid);
                if (options.ResourceVersion is not null)
                    json.WriteString("resourceVersion"u8, options.ResourceVersion);
                json.WriteEndObject();
            }
            if (options.DryRun)
            {
                json.WriteStartArray("dryRun"u8);
                json.WriteStringValue("All"u8);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
