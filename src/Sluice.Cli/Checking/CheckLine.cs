namespace Sluice.Cli.Checking;

/// <summary>One finding.</summary>
/// <param name="Result">How it came out.</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do about it; null where nothing has to be done.</param>
internal sealed record CheckLine(CheckResult Result, string Text, string? Advice = null)
{
    public static CheckLine Right(string text) => new(CheckResult.Right, text);

    public static CheckLine Notice(string text, string advice) => new(CheckResult.Notice, text, advice);

    public static CheckLine Wrong(string text, string advice) => new(CheckResult.Wrong, text, advice);
}
