using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Sluice.Api.Gated;

/// <summary>A kind as its custom resource definition and <c>--additional-kinds</c> name it: <c>PLURAL.GROUP</c>.</summary>
/// <param name="Plural">The plural, as in the URL.</param>
/// <param name="Group">The API group.</param>
public sealed partial record ResourceName(string Plural, string Group)
{
    /// <summary>What is expected, for messages.</summary>
    public const string Expected = "PLURAL.GROUP, for example terraforms.infra.contrib.fluxcd.io";

    /// <summary>Reads <c>PLURAL.GROUP</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ResourceName? name)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        name = Form().IsMatch(text) ? new(text[..dot], text[(dot + 1)..]) : null;
        return name is not null;
    }

    /// <summary><c>PLURAL.GROUP</c>.</summary>
    public override string ToString() => $"{Plural}.{Group}";

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+\z")]
    private static partial Regex Form();
}
