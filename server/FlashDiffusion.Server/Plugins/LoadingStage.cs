namespace FlashDiffusion.Server.Plugins;

/// <summary>Which of a plugin's code is running while it is loaded. Written by the thread that loads it, read by whoever waits for that.</summary>
internal sealed class LoadingStage
{
    private volatile string _now = "Its assembly";

    /// <summary>The code, as the subject of a sentence.</summary>
    public string Now
    {
        get => _now;
        set => _now = value;
    }
}
