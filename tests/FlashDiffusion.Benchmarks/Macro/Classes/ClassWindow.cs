using System.Collections.Immutable;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Classes;

/// <summary>Pictures of the highest class, one after the other, in a crowd.</summary>
/// <param name="server">The server.</param>
/// <param name="metrics">Its metrics.</param>
/// <param name="picture">The picture.</param>
/// <param name="others">Pictures of the crowd.</param>
/// <param name="steps">Steps of a picture.</param>
internal sealed class ClassWindow(BenchServer server, MetricsReader metrics, Assignment picture, IReadOnlyList<Assignment> others, int steps)
{
    private const string UnitTime = "flashdiffusion_step_duration_seconds";

    /// <summary>Steps of who is never done.</summary>
    private const int Many = 1000;

    /// <summary>Time in which the crowd goes on by itself.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(700);

    /// <summary>Runs some in a crowd, which then goes.</summary>
    public async Task<ImmutableArray<PrivilegedPicture>> RunAsync(Crowd crowd, int count, CancellationToken cancellation)
    {
        // Of their own class fifty that are as long as it is, and each comes again at once; of the lowest it does not matter.
        IReadOnlyList<Assignment> sent = crowd switch
        {
            Crowd.Lower => [.. others.Select(other => OfClass(other, V1.Priority.Low, Many))],
            Crowd.Own => [.. others.Select(other => OfClass(other, V1.Priority.High, steps))],
            _ => [],
        };
        // Who was there before is cancelled, and may still have a unit of work under way.
        await metrics.IdleAsync(cancellation);
        await using var companions = await Companions.BeginAsync(server.Client, sent, cancellation);
        var pictures = new List<PrivilegedPicture>();
        var privileged = picture.Steps(steps).With(request => request.Scheduling = new V1.Scheduling { Priority = V1.Priority.High });
        for (var i = 0; i < count; i++)
        {
            // At any moment of a unit.
            await Task.Delay(Pause * (1 + (i * 0.37 % 1)), cancellation);
            pictures.Add(await OneAsync(privileged, cancellation));
        }

        return [.. pictures];
    }

    private async Task<PrivilegedPicture> OneAsync(Assignment privileged, CancellationToken cancellation)
    {
        var before = await metrics.ReadAsync(cancellation);
        var finished = await Caller.RunAsync(server.Client, privileged, cancellation);
        var after = await metrics.ReadAsync(cancellation);
        var (units, seconds) = (after.Sum($"{UnitTime}_count") - before.Sum($"{UnitTime}_count"), after.Sum($"{UnitTime}_sum") - before.Sum($"{UnitTime}_sum"));

        // A look, its steps, the last decode.
        var cost = finished.Result.Cost;
        return new PrivilegedPicture(finished.Seconds, cost.QueueTime.ToTimeSpan().TotalSeconds, units - cost.SeverityEncoder - cost.Steps - 1, seconds / units);
    }

    // From pure noise, so that none of the fifty needs a look first.
    private static Assignment OfClass(Assignment other, V1.Priority priority, int steps) => other.With(request =>
    {
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = steps };
        request.Scheduling = new V1.Scheduling { Priority = priority };
    });
}
