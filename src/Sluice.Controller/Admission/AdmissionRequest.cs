using System.Text.Json;

namespace Sluice.Controller.Admission;

/// <summary>What an API server asks before it stores an object: the <c>request</c> of an <c>AdmissionReview</c>.</summary>
internal sealed record AdmissionRequest
{
    /// <summary>Names the request; the answer carries it.</summary>
    public required string Uid { get; init; }

    /// <summary><c>CREATE</c>, <c>UPDATE</c>, <c>DELETE</c> or <c>CONNECT</c>.</summary>
    public required string Operation { get; init; }

    /// <summary><c>plural.group</c>, as the names of CRDs are written.</summary>
    public required string Resource { get; init; }

    /// <summary>Empty for the object itself.</summary>
    public string SubResource { get; init; } = "";

    /// <summary>Who asks, as the API server knows them.</summary>
    public required string Username { get; init; }

    /// <summary>Kind, namespace and name, for messages. A name may be missing when the API server is to make one up.</summary>
    public required string Subject { get; init; }

    /// <summary>The object as it is to be stored.</summary>
    public JsonElement Object { get; init; }

    /// <summary>The object as it is stored now; undefined when it is created.</summary>
    public JsonElement OldObject { get; init; }

    /// <summary>Whether the API server has found that a binding selects the object, and asks for that.</summary>
    public bool IsSelected { get; init; }

    /// <summary>Reads the <c>request</c> of a review.</summary>
    /// <exception cref="AdmissionException">Something is missing that every API server sends.</exception>
    public static AdmissionRequest Read(JsonElement request, bool isSelected = false)
    {
        var resource = request.Member("resource");
        var kind = request.Member("kind").Member("kind").Text() ?? "object";
        return new()
        {
            Uid = Required(request.Member("uid"), "request.uid"),
            Operation = Required(request.Member("operation"), "request.operation"),
            Resource = $"{Required(resource.Member("resource"), "request.resource.resource")}.{resource.Member("group").Text()}",
            SubResource = request.Member("subResource").Text() ?? "",
            Username = Required(request.Member("userInfo").Member("username"), "request.userInfo.username"),
            Subject = $"{kind} {request.Member("namespace").Text()}/{request.Member("name").Text()}",
            Object = request.Member("object"),
            OldObject = request.Member("oldObject"),
            IsSelected = isSelected,
        };
    }

    private static string Required(JsonElement value, string name) =>
        value.Text() is { Length: > 0 } text ? text : throw new AdmissionException($"the AdmissionReview has no {name}; expected a text");
}
