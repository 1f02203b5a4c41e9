namespace FlashDiffusion.Server.Plugins;

/// <summary>The load contexts that were made, as long as they live. Keeps none alive. Safe to use from any thread.</summary>
internal sealed class PluginContexts
{
    private readonly Lock _gate = new();
    private readonly List<WeakReference> _contexts = [];

    /// <summary>How many are alive.</summary>
    public int Alive
    {
        get
        {
            lock (_gate)
            {
                _contexts.RemoveAll(context => !context.IsAlive);
                return _contexts.Count;
            }
        }
    }

    /// <summary>Another one was made.</summary>
    public void Add(WeakReference context)
    {
        lock (_gate)
        {
            _contexts.Add(context);
        }
    }
}
