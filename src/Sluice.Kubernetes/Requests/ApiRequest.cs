namespace Sluice.Kubernetes;

/// <summary>One request before it is sent, so that it can be sent again.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    /// <summary>What is done to what, for messages: "apply Gate apps/sre".</summary>
    public required string Subject { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    public string? ContentType { get; init; }

    public string Accept { get; init; } = "application/json";

    /// <summary>Not held back by the client-side rate limit: the lease must be renewed however busy the controller is.</summary>
    public bool Unthrottled { get; init; }

    /// <summary>Not sent again when the server asks to wait.</summary>
    public bool Once { get; init; }

    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage { Method = Method };
        message.Headers.TryAddWithoutValidation("Accept", Accept);
        if (ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }
        return message;
    }
}
