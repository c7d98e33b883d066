using Sluice.Cli.Output;

namespace Sluice.Cli.Tests;

/// <summary>What is printed, as a text.</summary>
internal static class Printed
{
    public static string By(Action<Terminal> print, bool colour = false, int width = 80)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        print(new Terminal(output, error, colour, width));
        return output.ToString();
    }
}
