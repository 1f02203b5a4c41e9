using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Resume;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Curves;

/// <summary>
/// Keeps what the devices measure in a file and gives it to the server that starts next, so that its first requests have batches, ETAs and promises as its last
/// ones had. Whatever is wrong with the file is logged and does no harm.
/// </summary>
internal sealed class CurveKeeper(IOptions<EngineOptions> options, ComputeFingerprint fingerprint, ServingState state, TimeProvider time, ILogger<CurveKeeper> logger) : BackgroundService
{
    private readonly string _path = CurvePlace.Of(options.Value.CurveFile, Environment.GetEnvironmentVariable(CurvePlace.StateVariable));
    private readonly Lock _gate = new();
    private long _kept;
    private string _problem = "";
    private bool _hasWritten;

    /// <summary>How often what is new is written.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Gives the devices what the file holds of them and of the models as they are, once they are warm.</summary>
    public async Task TakeOverAsync(ServingContext context)
    {
        if (_path.Length == 0 || Stored(context) is not { IsDefault: false } stored)
        {
            return;
        }

        var known = 0;
        foreach (var (device, times) in context.Engine.Times.Index())
        {
            var answer = await context.Engine.MaintainAsync(device, () =>
            {
                times.Restore(stored[device]);
                return "";
            });
            if (answer.Succeeded)
            {
                known += stored[device].Length;
            }
            else
            {
                Log.CurvesLeftOut(logger, $"{context.Engine.Devices[device]} did not take them: {answer.Failure?.Message ?? answer.Rejection?.Message ?? "it gave no answer."}");
            }
        }

        if (known > 0)
        {
            Log.CurvesKnown(logger, known);
        }
    }

    /// <summary>Writes what was measured, if something was since it was written last; any thread. Why it can't is said once for each reason after another.</summary>
    public void Keep(ServingContext context)
    {
        if (_path.Length == 0)
        {
            return;
        }

        lock (_gate)
        {
            var devices = context.Engine.Times.Select(times => times.Copy()).ToArray();
            var units = devices.Sum(curves => curves.Sum(curve => curve.Units));
            if (units == _kept)
            {
                return;
            }

            var problem = Write(StoredCurves.Of(CurveOrigin.Of(options.Value, fingerprint), WeightsOf(context.Models), devices));
            if (problem.Length == 0)
            {
                _kept = units;
            }
            else if (problem != _problem)
            {
                Log.CurvesNotKept(logger, problem);
            }

            _problem = problem;
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // The ports are closed by now: what runs has ended, or has used up its time.
        KeepServed();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_path.Length == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            KeepServed();
        }
    }

    private void KeepServed()
    {
        if (state.Context is { } context)
        {
            Keep(context);
        }
    }

    private string Write(StoredCurves curves)
    {
        try
        {
            if (!_hasWritten)
            {
                CurveFile.PutAside(_path);
            }

            CurveFile.Write(_path, curves);
            _hasWritten = true;
            return "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private ImmutableArray<ImmutableArray<LaneCurve>> Stored(ServingContext context)
    {
        var stored = CurveFile.Read(_path, out var problem);
        if (stored is not null && CurveOrigin.Of(options.Value, fingerprint).Difference(stored.Origin) is { Length: > 0 } difference)
        {
            problem = $"they were measured otherwise: {difference}.";
        }
        else if (stored is not null && stored.Devices.Length != context.Engine.Devices.Length)
        {
            problem = $"they are of {stored.Devices.Length} devices.";
        }

        if (problem.Length > 0)
        {
            Log.CurvesLeftOut(logger, problem);
        }

        if (stored is null || problem.Length > 0)
        {
            return default;
        }

        var weights = WeightsOf(context.Models);
        foreach (var model in stored.Models.Where(model => weights.GetValueOrDefault(model.Key) != model.Value))
        {
            Log.CurvesLeftOut(logger, weights.ContainsKey(model.Key) ? $"model {model.Key} has other weights." : $"there is no model {model.Key}.");
        }

        return [.. stored.Curves().Select(curves => curves.Where(curve => IsSame(curve.Key.Model)).ToImmutableArray())];

        bool IsSame(string model) => stored.Models.GetValueOrDefault(model) is { Length: > 0 } before && weights.GetValueOrDefault(model) == before;
    }

    // Of weights that nobody knows nobody can say later whether they are the same.
    private static ImmutableSortedDictionary<string, string> WeightsOf(ModelCatalog models) => models.Entries
        .Select(entry => entry.Model)
        .OfType<ServedModel>()
        .Where(model => model.WeightsHash.Length > 0)
        .DistinctBy(model => LaneTiming.NameOf(model.Model))
        .ToImmutableSortedDictionary(model => LaneTiming.NameOf(model.Model), model => model.WeightsHash, StringComparer.Ordinal);
}
