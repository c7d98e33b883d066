using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sluice.Api.Audit;

namespace Sluice.Controller.Auditing;

/// <summary>
/// What was decided about objects of one kind, and of which it is not known whether it was carried out: a write with an error for an answer may have been, or may be yet. Who decides about
/// such an object again has to know first that what is seen of it is current, and settles what is open: what is there is done, and people are told of it if nobody was.
/// </summary>
/// <typeparam name="T">What it takes to see that a write was carried out, and to tell of it.</typeparam>
/// <param name="audit">Has what was written down.</param>
internal sealed class OpenDecisions<T>(AuditLog audit) where T : class
{
    private readonly ConcurrentDictionary<AuditObject, T> _untold = new();

    /// <summary>Whether it is clear what became of everything that was decided about an object, or what is seen of it is current, so that it can be made clear.</summary>
    /// <param name="about">The object.</param>
    /// <param name="isCurrent">Asks the API server whether what is seen is what is there.</param>
    public async Task<bool> CanSettleAsync(AuditObject about, Func<Task<bool>> isCurrent) => (Written(about).IsEmpty && Untold(about) is null) || await isCurrent();

    /// <summary>What stands in the audit log; most often nothing.</summary>
    public ImmutableArray<AuditRecord> Written(AuditObject about) => audit.Open(about);

    /// <summary>The last write with an error for an answer; null: there is none.</summary>
    public T? Untold(AuditObject about) => _untold.GetValueOrDefault(about);

    /// <summary>Remembers a write with an error for an answer, in the place of one before it.</summary>
    public void Remember(AuditObject about, T write) => _untold[about] = write;

    /// <summary>Forgets such a write: it has not been carried out, and will not be.</summary>
    public void Forget(AuditObject about) => _untold.TryRemove(about, out _);

    /// <summary>To be called when all was carried out, or the object is gone.</summary>
    public void Done(AuditObject about)
    {
        Forget(about);
        audit.Done(about);
    }

    /// <summary>Writes that what was written down was not carried out, and will not be.</summary>
    public void TakeBack(AuditObject about, AuditRecord record)
    {
        Forget(about);
        audit.TakeBack(record);
    }
}
