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
    private EarlierCurves _earlier = new(null);

    // Weights of every model that was there.
    private ImmutableSortedDictionary<string, string> _weights = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    private bool _hasWritten;

    /// <summary>How often what is new is written.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Gives the devices what the file holds of them and of the models as they are, once they are warm. Once, at the start.</summary>
    public async Task TakeOverAsync(ServingContext context)
    {
        if (_path.Length == 0)
        {
            return;
        }

        UnfinishedCurves.Remove(_path, time.GetUtcNow());
        _earlier = new EarlierCurves(Stored(context));
        var weights = WeightsOf(context.Models.Entries);
        var absent = Absent(context.Models);
        foreach (var model in _earlier.Models.Where(model => !weights.ContainsKey(model) && !absent.Contains(model)))
        {
            Log.CurvesLeftOut(logger, $"there is no model {model}.");
        }

        await GiveAsync(context, weights);
    }

    /// <summary>Gives the devices what the file held at the start of a model that was loaded later, once it is warm.</summary>
    /// <param name="context">Where it was loaded.</param>
    /// <param name="entry">The model.</param>
    public Task TakeOverAsync(ServingContext context, ModelEntry entry) => GiveAsync(context, WeightsOf([entry]));

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

            var problem = Write(WithAbsent(context.Models, devices));
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

    private async Task GiveAsync(ServingContext context, ImmutableSortedDictionary<string, string> weights)
    {
        if (_earlier.Take(weights, model => Log.CurvesLeftOut(logger, $"model {model} has other weights.")) is not { } taken)
        {
            return;
        }

        var (stored, known) = (taken.Curves(), 0);
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

    // A model that the repository has and that is not loaded finds its curves again, and so does the next start.
    private StoredCurves WithAbsent(ModelCatalog models, IEnumerable<ImmutableArray<LaneCurve>> devices)
    {
        var weights = WeightsOf(models.Entries);
        _weights = _weights.SetItems(weights);
        var absent = Absent(models);
        weights = weights.SetItems(_weights.Where(known => absent.Contains(known.Key)));
        var measured = StoredCurves.Of(CurveOrigin.Of(options.Value, fingerprint), weights, devices);
        return _earlier.Behind(measured, model => absent.Contains(model) && !weights.ContainsKey(model));
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

    private StoredCurves? Stored(ServingContext context)
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

        return problem.Length > 0 ? null : stored;
    }

    // Those of the repository that are not loaded, by name and version.
    private static HashSet<string> Absent(ModelCatalog models) => [.. models.Entries.Where(entry => !entry.IsReady).Select(entry => $"{entry.Name}/{entry.Version}")];

    // Of weights that nobody knows nobody can say later whether they are the same.
    private static ImmutableSortedDictionary<string, string> WeightsOf(IEnumerable<ModelEntry> entries) => entries
        .Select(entry => entry.Model)
        .OfType<ServedModel>()
        .Where(model => model.WeightsHash.Length > 0)
        .DistinctBy(model => LaneTiming.NameOf(model.Model))
        .ToImmutableSortedDictionary(model => LaneTiming.NameOf(model.Model), model => model.WeightsHash, StringComparer.Ordinal);
}
