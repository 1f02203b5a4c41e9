using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Hosting;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>Changes what requests are served with: readers see one snapshot or the next one, health follows. Safe to use from any thread.</summary>
internal sealed class ServingChanges(ServingState state, HealthBoard health) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _gate = new();

    /// <summary>Runs a change of several steps after those before it have ended.</summary>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> change)
    {
        await _turn.WaitAsync();
        try
        {
            return await change();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Publishes a snapshot that is made of the present one; nothing before there is one.</summary>
    public void Publish(Func<ServingContext, ServingContext> change)
    {
        lock (_gate)
        {
            if (state.Context is { } context)
            {
                state.Publish(change(context));
                health.Update();
            }
        }
    }

    /// <summary>Publishes other entries for some models.</summary>
    public void Publish(params IReadOnlyCollection<ModelEntry> changed) => Publish(context => context with { Models = context.Models.With(changed) });

    public void Dispose() => _turn.Dispose();
}
