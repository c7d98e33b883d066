namespace Sluice.Kubernetes;

/// <summary>A request to the API server failed: it refused, or it could not be reached. The message names verb and object.</summary>
public sealed class KubernetesApiException : Exception
{
    internal KubernetesApiException(string subject, ApiStatus status, Exception? inner = null)
        : base(Compose(subject, status), inner)
    {
        StatusCode = status.Code;
        Reason = status.Reason;
        RetryAfter = status.RetryAfter;
        Causes = status.Causes;
        IsObjectNotFound = IsNotFound && status.ObjectName.Length > 0;
    }

    /// <summary>The HTTP status; 0 if there was no answer at all.</summary>
    public int StatusCode { get; }

    /// <summary>The Status' reason, such as <c>AlreadyExists</c>; empty if there is none; <c>Timeout</c> or <c>ConnectionFailed</c> if there was no answer.</summary>
    public string Reason { get; }

    /// <summary>How long the API server asks to wait before trying again.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>What exactly is wrong, field by field, where the API server says so.</summary>
    public IReadOnlyList<StatusCause> Causes { get; }

    /// <summary>The object does not exist, or its kind is not served.</summary>
    public bool IsNotFound => StatusCode == 404;

    /// <summary>
    /// 409: a stale resourceVersion, a uid that is gone, a field of another manager, or an object that already exists. Or 422 about a uid: that of
    /// a custom resource that has been replaced by another of the same name.
    /// </summary>
    public bool IsConflict => StatusCode == 409 || IsOfAnotherObject;

    /// <summary>The object to create already exists.</summary>
    public bool IsAlreadyExists => StatusCode == 409 && Reason == "AlreadyExists";

    /// <summary>A server-side apply would have changed fields of another manager; <see cref="Causes"/> names them.</summary>
    public bool IsFieldManagerConflict => IsConflict && Causes.Any(c => c.Reason == "FieldManagerConflict");

    /// <summary>RBAC, an admission policy or a webhook refused.</summary>
    public bool IsForbidden => StatusCode == 403;

    /// <summary>The credentials are not accepted.</summary>
    public bool IsUnauthorized => StatusCode == 401;

    /// <summary>410: the resourceVersion or continue token is too old.</summary>
    public bool IsGone => StatusCode == 410 || Reason is "Gone" or "Expired";

    /// <summary>The object, patch or option is not valid; trying again changes nothing.</summary>
    public bool IsInvalid => StatusCode is 400 or 422 && !IsOfAnotherObject;

    /// <summary>Trying later may help: no answer, a time-out, too many requests, or a fault of the server.</summary>
    public bool IsTransient => StatusCode is 0 or 408 or 429 || (StatusCode >= 500 && StatusCode != 501);

    /// <summary>The kind is served, and this object does not exist. An API server that has just started says of a kind that it does not serve yet that it is not found, too: that names no object.</summary>
    public bool IsObjectNotFound { get; }

    // "field is immutable": nobody changes a uid, so it is one that was known before the object was deleted and made anew.
    private bool IsOfAnotherObject => StatusCode == 422 && Causes.Any(c => c.Field == "metadata.uid");

    // kubernetes#83520: a server that lags behind the requested version says so in a cause of a 504.
    internal bool IsResourceVersionTooLarge => Causes.Any(c => c.Reason == "ResourceVersionTooLarge")
        || (StatusCode == 504 && Message.Contains("Too large resource version", StringComparison.Ordinal));

    private static string Compose(string subject, ApiStatus status)
    {
        var answer = status.Code == 0 ? status.Reason : $"{status.Code} {status.Reason}".TrimEnd();
        return status.Message.Length == 0 ? $"{subject}: {answer}" : $"{subject}: {answer}: {status.Message}";
    }
}
