namespace Sluice.Cli.Installing;

/// <summary>What installing does to an object.</summary>
internal enum InstallChange
{
    /// <summary>It is as it should be.</summary>
    Unchanged,

    /// <summary>It did not exist.</summary>
    Created,

    /// <summary>It is as it should be, and becomes this program's own, too: it was installed in another way.</summary>
    Adopted,

    /// <summary>It existed, and was not as it should be.</summary>
    Configured,

    /// <summary>It is what another way of admission had, and goes.</summary>
    Deleted,
}
