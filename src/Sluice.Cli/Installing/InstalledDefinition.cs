namespace Sluice.Cli.Installing;

/// <summary>A definition that is installed.</summary>
/// <param name="Item">The definition.</param>
/// <param name="Objects">What would be lost with it, of all namespaces: <c>2 gates</c>; empty where there is nothing.</param>
internal sealed record InstalledDefinition(InstallObject Item, string Objects)
{
    /// <summary>As messages name it.</summary>
    public override string ToString() => Objects.Length == 0 ? Item.ToString() : $"{Item} with {Objects}";
}
