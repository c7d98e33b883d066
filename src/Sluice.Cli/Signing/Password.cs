using System.Text;

namespace Sluice.Cli.Signing;

/// <summary>The password of a private key: from the environment, as cosign takes it, or from a person.</summary>
internal static class Password
{
    private const string Variable = "COSIGN_PASSWORD";

    /// <summary>Gets it.</summary>
    /// <param name="path">The file of the key.</param>
    /// <param name="prompt">Where it is asked for.</param>
    /// <exception cref="CommandException">There is nobody to ask.</exception>
    public static string Get(string path, TextWriter prompt)
    {
        // An empty one is one: cosign takes it so.
        if (Environment.GetEnvironmentVariable(Variable) is { } set)
            return set;
        if (Console.IsInputRedirected)
            throw new CommandException($"--key: the key in '{path}' has a password, and there is no terminal to ask for it: set {Variable}");
        prompt.Write($"Password of {path}: ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (key.KeyChar != '\0')
                typed.Append(key.KeyChar);
        }

        prompt.WriteLine();
        return typed.ToString();
    }
}
