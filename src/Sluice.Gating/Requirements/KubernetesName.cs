using System.Buffers;

namespace Sluice.Gating.Requirements;

/// <summary>Names that Kubernetes accepts for objects: RFC 1123 subdomains.</summary>
internal static class KubernetesName
{
    private const int MaxLength = 253;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > MaxLength)
        {
            return false;
        }

        foreach (var label in name.Split('.'))
        {
            var part = name[label];
            if (part.IsEmpty || part[0] == '-' || part[^1] == '-' || part.ContainsAnyExcept(Allowed))
            {
                return false;
            }
        }

        return true;
    }
}
