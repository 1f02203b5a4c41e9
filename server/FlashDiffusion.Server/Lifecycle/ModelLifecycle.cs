using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Leases;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Curves;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Requests;
using ModelEntry = FlashDiffusion.Server.Catalogs.ModelEntry;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>
/// Loads, reloads and unloads models while others run. What takes the place of a loaded version is loaded beside it, checked and warmed up
/// first; the old one serves its running requests to their end, and then its weights are freed. What fails changes nothing that served.
/// </summary>
internal sealed class ModelLifecycle(ServingState state, ServingChanges changes, ModelLoading loading, ModelWarmUp warmUp, ExactShape exactShape, CurveKeeper curves, TimeProvider time, ILogger<ModelLifecycle> logger)
{
    /// <summary>Gives a loaded model the lifetime that requests hold.</summary>
    /// <param name="engine">Where it was loaded.</param>
    /// <param name="entry">The model; one that failed stays as it is.</param>
    public ModelEntry Adopt(ReconstructionEngine engine, ModelEntry entry)
    {
        if (entry.Model is not { } model)
        {
            return entry;
        }

        var adopted = entry;
        var lifetime = new SharedLifetime(async () =>
        {
            await FreeAsync(engine, model);
            Log.ModelUnloaded(logger, entry.Name, entry.Version);
            changes.Publish(context => context.Models.Entries.FirstOrDefault(other => other.Is(entry.Name, entry.Version)) is { State: ServedState.Unloading } still
                ? context with { Models = context.Models.With(still with { State = ServedState.Unloaded, Reason = "It was unloaded." }) }
                : context);
        });
        return adopted with { Lifetime = lifetime };
    }

    /// <summary>Puts together what was loaded on each device, and frees what can't be used since another device does not have it.</summary>
    /// <param name="engine">Where it was loaded.</param>
    /// <param name="loaded">What was loaded on each device, from the same folder.</param>
    public async Task<IReadOnlyList<ModelEntry>> JoinAsync(ReconstructionEngine engine, IReadOnlyList<IReadOnlyList<ModelEntry>> loaded)
    {
        var joined = ModelReplicas.Of(loaded);
        foreach (var (device, entries) in loaded.Index())
        {
            foreach (var entry in entries.Where(entry => entry.Model is not null && !joined.Any(used => used.IsReady && used.Is(entry.Name, entry.Version))))
            {
                await FreeOnAsync(engine, device, entry.Model!);
            }
        }

        return joined;
    }

    /// <summary>Loads a version of a model, or loads it anew.</summary>
    /// <param name="name">Name of its folder.</param>
    /// <param name="version">Its version; empty for the newest that has a folder.</param>
    /// <returns>The model, ready; or why it is not.</returns>
    public Task<Mapped<ModelEntry>> LoadAsync(string name, string version) => changes.InTurnAsync(async () =>
    {
        if (!ModelNames.Find(loading.Root, name, version, loading.Single).TryGet(out var selection, out var error) || !Serving().TryGet(out var context, out error))
        {
            return Mapped<ModelEntry>.Refused(error);
        }

        var before = Entry(context, selection);
        if (before is not { IsReady: true })
        {
            changes.Publish([(before ?? new ModelEntry(selection.Name, selection.Version, "", null, "")).Without(ServedState.Loading, "")]);
        }

        var loaded = await LoadOnDevicesAsync(context.Engine, selection);
        var made = loaded.FirstOrDefault(entry => entry.Is(selection.Name, selection.Version))
            ?? new ModelEntry(selection.Name, selection.Version, "", null, "Its folder holds no latent diffusion model.");
        var beside = loaded.Where(entry => !entry.Is(selection.Name, selection.Version)).ToList();
        if (!made.IsReady)
        {
            return Refuse(made, beside);
        }

        var adopted = await exactShape.CheckAsync(context.Engine, Adopt(context.Engine, made), isServing: true);
        await warmUp.RunAsync(adopted, context, devices: context.Engine.Devices.Length, largestBatch: 1, CancellationToken.None);
        await curves.TakeOverAsync(context, adopted);
        changes.Publish([adopted, .. beside]);
        before?.Lifetime?.Retire();
        return Mapped<ModelEntry>.Of(adopted);
    });

    /// <summary>Takes a model out of service.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="version">Its version; empty for every one.</param>
    /// <param name="wait">How long to wait for its running requests.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>What became of each version; or why there is none.</returns>
    public async Task<Mapped<IReadOnlyList<ModelEntry>>> UnloadAsync(string name, string version, TimeSpan wait, CancellationToken cancellation)
    {
        if (ModelNames.Check(name, version) is { } problem)
        {
            return Mapped<IReadOnlyList<ModelEntry>>.Refused(problem);
        }

        var retired = await changes.InTurnAsync(() => Task.FromResult(Retire(name, version)));
        if (!retired.TryGet(out var entries, out var error))
        {
            return Mapped<IReadOnlyList<ModelEntry>>.Refused(error);
        }

        var freed = Task.WhenAll(entries.Select(entry => entry.Lifetime?.Freed ?? entry.Freed));
        await freed.WaitAsync(wait, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        var now = state.Context!.Models;
        return Mapped<IReadOnlyList<ModelEntry>>.Of([.. now.Entries.Where(entry => entries.Any(old => old.Is(entry.Name, entry.Version)))]);
    }

    /// <summary>A call of a network hung: its model is out of service at once, until somebody loads it anew.</summary>
    public void Quarantine(HungCall hung)
    {
        if (hung.Part is not ILatentDiffusionModel network || state.Context?.Models.Entries.FirstOrDefault(entry => entry.Model is { } served && Holds(served, network)) is not { } entry)
        {
            return;
        }

        Log.PluginQuarantined(logger, "Model", entry.Name, entry.Version, hung.Reason);
        changes.Publish([entry.Without(ServedState.Failed, hung.Reason) with { HasHung = true }]);
        entry.Lifetime?.Retire();
    }

    private static bool Holds(ServedModel served, ILatentDiffusionModel network) =>
        ReferenceEquals(served.Model, network) || served.Replicas.Any(replica => ReferenceEquals(replica.Model, network));

    private static ModelEntry? Entry(ServingContext context, ModelSelection selection) =>
        context.Models.Entries.FirstOrDefault(entry => entry.Is(selection.Name, selection.Version));

    private Mapped<ServingContext> Serving() =>
        state.Context is { } context ? Mapped<ServingContext>.Of(context) : Mapped<ServingContext>.Refused(EngineErrors.Starting);

    private Mapped<IReadOnlyList<ModelEntry>> Retire(string name, string version)
    {
        if (!Serving().TryGet(out var context, out var error))
        {
            return Mapped<IReadOnlyList<ModelEntry>>.Refused(error);
        }

        var entries = context.Models.Entries.Where(entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase) && (version.Length == 0 || entry.Version == version)).ToList();
        if (entries.Count == 0)
        {
            return Mapped<IReadOnlyList<ModelEntry>>.Refused(ModelNames.Unknown(name, version));
        }

        changes.Publish([.. entries.Where(entry => entry.State is not (ServedState.Unloading or ServedState.Unloaded)).Select(entry => entry.IsReady
            ? entry.Without(ServedState.Unloading, "It takes nothing new; what runs ends.") with { Freed = entry.Lifetime?.Freed ?? Task.CompletedTask }
            : entry.Without(ServedState.Unloaded, "It was unloaded."))]);
        foreach (var entry in entries.Where(entry => entry.IsReady))
        {
            entry.Lifetime?.Retire();
            Log.ModelUnloading(logger, entry.Name, entry.Version, entry.Lifetime?.Leases ?? 0);
        }

        return Mapped<IReadOnlyList<ModelEntry>>.Of(entries);
    }

    private Mapped<ModelEntry> Refuse(ModelEntry made, List<ModelEntry> beside)
    {
        // By what is there now: it may have hung while the load was under way, and is out of service then, for that reason too.
        var stays = false;
        changes.Publish(context =>
        {
            var now = context.Models.Entries.FirstOrDefault(entry => entry.Is(made.Name, made.Version));
            stays = now is { IsReady: true };
            var left = now switch
            {
                { IsReady: true } => now with { Reason = $"It could not be loaded anew, and serves as it was: {made.Reason}" },
                { HasHung: true } => made with { HasHung = true, Reason = $"{now.Reason} It could not be loaded anew: {made.Reason}".TrimStart() },
                _ => made,
            };
            return context with { Models = context.Models.With([left, .. beside]) };
        });
        if (stays)
        {
            Log.ModelStays(logger, made.Name, made.Version, made.Reason);
        }

        return Mapped<ModelEntry>.Refused(ModelNames.LoadFailed(made, stays));
    }

    private async Task<IReadOnlyList<ModelEntry>> LoadOnDevicesAsync(ReconstructionEngine engine, ModelSelection selection)
    {
        var loaded = new List<IReadOnlyList<ModelEntry>>();
        foreach (var (device, name) in engine.Devices.Index())
        {
            var answer = await engine.MaintainAsync(device, () => loading.Load(name, engine.Devices.Length, selection));
            loaded.Add(answer.Value ?? [new ModelEntry(selection.Name, selection.Version, "", null, answer.Failure?.Message ?? answer.Rejection?.Message ?? "The device gave no answer.")]);
        }

        return await JoinAsync(engine, loaded);
    }

    private async Task FreeAsync(ReconstructionEngine engine, ServedModel model)
    {
        for (var device = 0; device < engine.Devices.Length; device++)
        {
            await FreeOnAsync(engine, device, model.On(device));
        }
    }

    private async Task FreeOnAsync(ReconstructionEngine engine, int device, ServedModel replica)
    {
        var answer = await engine.MaintainAsync(device, () =>
        {
            loading.Free(replica);
            return "";
        });
        if (!answer.Succeeded && answer.Rejection is not null)
        {
            // No device thread any more, so that no thread is in its way.
            loading.Free(replica);
        }
    }
}
