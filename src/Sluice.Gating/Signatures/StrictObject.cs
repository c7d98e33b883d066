using System.Text.Json;

namespace Sluice.Gating.Signatures;

/// <summary>
/// An object of a JSON text of which every member must be known: what is signed may not say more than is understood. It is read once, and a name
/// that comes twice is refused, so that no two readers can take different values from it.
/// </summary>
internal readonly struct StrictObject
{
    // A bundle with all that may be in it has eight levels.
    private const int MaxDepth = 16;

    private readonly JsonElement _element;
    private readonly string _path;

    private StrictObject(JsonElement element, string path, string[] members)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new SignatureFaultException($"{path} is not an object");
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!members.Contains(member.Name))
            {
                throw new SignatureFaultException($"{path} has a member that is not known; expected {string.Join(", ", members)}");
            }
        }

        (_element, _path) = (element, path);
    }

    /// <summary>Reads a whole text.</summary>
    /// <param name="json">The text in UTF-8: anything.</param>
    /// <param name="what">What messages call it.</param>
    /// <param name="members">The names that are known.</param>
    /// <param name="read">Takes from it what is wanted. All is read in here, since a text is known to be sound only when it has been read.</param>
    /// <exception cref="SignatureFaultException">It is not what it should be.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json, string what, string[] members, Func<StrictObject, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
            return read(new(document.RootElement, what, members));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter for text that is no Unicode. The message has parts of the text in it.
            throw new SignatureFaultException($"{what} is not JSON, or has a name twice in an object");
        }
    }

    /// <summary>Whether there is such a member.</summary>
    public bool Has(string name) => _element.TryGetProperty(name, out _);

    /// <summary>A text that must be there.</summary>
    public string Text(string name) => TextOrNull(name) ?? throw new SignatureFaultException($"{Path(name)} is missing");

    /// <summary>A text; null: it is not there.</summary>
    public string? TextOrNull(string name) => !_element.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new SignatureFaultException($"{Path(name)} is not a text");

    /// <summary>Bytes in base64 that must be there.</summary>
    public byte[] Bytes(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes)
        ? bytes : throw new SignatureFaultException($"{Path(name)} is not base64");

    /// <summary>An object that must be there.</summary>
    public StrictObject Object(string name, params string[] members) => new(Member(name), Path(name), members);

    /// <summary>The one object of a list that must have exactly one.</summary>
    public StrictObject Single(string name, params string[] members)
    {
        var list = Member(name);
        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == 1
            ? new(list[0], $"{Path(name)}[0]", members) : throw new SignatureFaultException($"{Path(name)} is not a list of exactly one");
    }

    private JsonElement Member(string name) => _element.TryGetProperty(name, out var value) ? value : throw new SignatureFaultException($"{Path(name)} is missing");

    private string Path(string name) => $"{_path}.{name}";
}
