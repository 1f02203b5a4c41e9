using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Catalogs;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Writes what the engine counted for each model and solver, whichever protocol the requests came by.</summary>
internal static class InferenceStatistics
{
    public static Inference.ModelStatistics Of(ModelEntry entry, string name, string solver, RequestTally tally)
    {
        var counts = tally.Of(new TallyKey(entry.Name, entry.Version, solver));
        var statistics = new Inference.ModelStatistics
        {
            Name = name,
            Version = entry.Version,
            LastInference = (ulong)Math.Max(0, counts.LastEnd?.ToUnixTimeMilliseconds() ?? 0),
            InferenceCount = (ulong)counts.Completed,
            ExecutionCount = (ulong)counts.Batches.Values.Sum(batch => batch.Count),
            InferenceStats = new Inference.InferStatistics
            {
                Success = Time(counts.Completed, counts.CompletedTime),
                Fail = Time(counts.Failed + counts.Cancelled, counts.UnfinishedTime),
                Queue = Time(counts.Completed, counts.QueueTime),
                ComputeInput = Time(0, TimeSpan.Zero),
                ComputeInfer = Time(counts.Completed, counts.ComputeTime),
                ComputeOutput = Time(0, TimeSpan.Zero),
                CacheHit = Time(0, TimeSpan.Zero),
                CacheMiss = Time(0, TimeSpan.Zero),
            },
        };
        statistics.BatchStats.AddRange(counts.Batches.OrderBy(batch => batch.Key).Select(batch => new Inference.InferBatchStatistics
        {
            BatchSize = (ulong)batch.Key,
            ComputeInput = Time(0, TimeSpan.Zero),
            ComputeInfer = Time(batch.Value.Count, batch.Value.Time),
            ComputeOutput = Time(0, TimeSpan.Zero),
        }));
        // Every request has one last response, whose fate this is.
        statistics.ResponseStats["final"] = new Inference.InferResponseStatistics
        {
            Success = Time(counts.Completed, counts.CompletedTime),
            Fail = Time(counts.Failed, TimeSpan.Zero),
            Cancel = Time(counts.Cancelled, TimeSpan.Zero),
            EmptyResponse = Time(0, TimeSpan.Zero),
            ComputeInfer = Time(counts.Completed, counts.ComputeTime),
            ComputeOutput = Time(0, TimeSpan.Zero),
        };
        return statistics;
    }

    private static Inference.StatisticDuration Time(long count, TimeSpan time) => new() { Count = (ulong)count, Ns = (ulong)time.TotalNanoseconds };
}
