using System.Collections.Concurrent;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>Counts what became of requests, by model and solver. Safe to use from any thread.</summary>
internal sealed class RequestTally
{
    private readonly ConcurrentDictionary<TallyKey, TallyCounts> _counts = new();

    /// <summary>All that have been counted.</summary>
    public IReadOnlyDictionary<TallyKey, TallyCounts> All => _counts;

    /// <summary>The counts of a model and solver so far.</summary>
    public TallyCounts Of(TallyKey key) => _counts.GetValueOrDefault(key, TallyCounts.None);

    /// <summary>A request ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="final">How.</param>
    /// <param name="taken">Time since its admission.</param>
    /// <param name="at">When.</param>
    public void Record(ReconstructionRequest request, SessionEvent final, TimeSpan taken, DateTimeOffset at) => Update(KeyOf(request.Model.Model, request.Solver), counts => final switch
    {
        ResultEvent result => counts with
        {
            Completed = counts.Completed + 1,
            CompletedTime = counts.CompletedTime + taken,
            QueueTime = counts.QueueTime + result.Cost.QueueTime,
            ComputeTime = counts.ComputeTime + result.Cost.ComputeTime,
            LastEnd = at,
        },
        FailedEvent { Failure.Outcome: SessionOutcome.Cancelled } => counts with { Cancelled = counts.Cancelled + 1, UnfinishedTime = counts.UnfinishedTime + taken, LastEnd = at },
        _ => counts with { Failed = counts.Failed + 1, UnfinishedTime = counts.UnfinishedTime + taken, LastEnd = at },
    });

    /// <summary>Samples took a step together.</summary>
    public void RecordStep(ILatentDiffusionModel model, ILatentSolver solver, int batch, TimeSpan taken) => Update(KeyOf(model, solver), counts =>
    {
        var (count, time) = counts.Batches.GetValueOrDefault(batch);
        return counts with { Batches = counts.Batches.SetItem(batch, (count + 1, time + taken)) };
    });

    private static TallyKey KeyOf(ILatentDiffusionModel model, ILatentSolver solver) => new(model.Name, model.Version, solver.Descriptor.Name);

    private void Update(TallyKey key, Func<TallyCounts, TallyCounts> change) => _counts.AddOrUpdate(key, _ => change(TallyCounts.None), (_, counts) => change(counts));
}
