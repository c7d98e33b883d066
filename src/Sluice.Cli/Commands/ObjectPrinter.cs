using System.Text.Json.Nodes;
using Sluice.Cli.Output;
using Sluice.Kubernetes;

namespace Sluice.Cli.Commands;

/// <summary>Prints objects for programs, as the API server gave them, in the format of <c>-o</c>.</summary>
/// <param name="context">Where to, and in which format.</param>
/// <param name="showManagedFields">Whether <c>metadata.managedFields</c> is printed; default false, as with kubectl.</param>
internal sealed class ObjectPrinter(CommandContext context, bool showManagedFields = false)
{
    /// <summary>Prints one object.</summary>
    public void Print(ApiResource resource, JsonObject item)
    {
        if (context.Format == OutputFormat.Name)
            PrintName(resource, item);
        else
            context.Print(Cleaned(item));
    }

    /// <summary>Prints a <c>v1 List</c>, or names line by line.</summary>
    public void Print(IReadOnlyList<(ApiResource Resource, JsonObject Item)> items)
    {
        if (context.Format != OutputFormat.Name)
        {
            context.Print(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["items"] = new JsonArray([.. items.Select(pair => Cleaned(pair.Item))]),
                ["kind"] = "List",
                ["metadata"] = new JsonObject { ["resourceVersion"] = "" },
            });
            return;
        }

        foreach (var (resource, item) in items)
            PrintName(resource, item);
    }

    private void PrintName(ApiResource resource, JsonObject item) =>
        context.Terminal.WriteLine($"{resource.Kind.ToLowerInvariant()}.{resource.Group}/{(string?)item["metadata"]?["name"]}");

    private JsonObject Cleaned(JsonObject item)
    {
        if (!showManagedFields && item["metadata"] is JsonObject metadata)
            metadata.Remove("managedFields");
        return item;
    }
}
