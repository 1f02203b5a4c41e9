using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>How a function of the graph gives gradients to torch, which takes references of its own as soon as the call that gave them has returned.</summary>
/// <remarks>Until the step's end would be too long to keep them: so they are let go of when the next gradient of the thread is asked for.</remarks>
internal static class GradientHandOver
{
    [ThreadStatic]
    private static List<Tensor>? _given;

    /// <summary>Gives one.</summary>
    public static Tensor Of(Tensor gradient)
    {
        (_given ??= []).Add(gradient);
        return gradient;
    }

    /// <summary>Lets go of those of the call before; the first thing that a backward pass does.</summary>
    public static void Clear()
    {
        _given?.ForEach(gradient => gradient.Dispose());
        _given?.Clear();
    }
}
