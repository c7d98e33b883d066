namespace Sluice.Cli.Checking;

/// <summary>How a check came out.</summary>
internal enum CheckResult
{
    /// <summary>As it should be.</summary>
    Right,

    /// <summary>Worth knowing, and maybe meant so.</summary>
    Notice,

    /// <summary>Sluice cannot do its work like this.</summary>
    Wrong,
}
