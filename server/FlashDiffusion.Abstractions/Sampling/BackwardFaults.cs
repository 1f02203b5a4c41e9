using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>
/// What a backward pass written in C# threw. Torch calls such a pass from frames of its own, and a managed exception that goes through them ends the process, as
/// does a gradient that is missing at the end (LibTorchSharp 0.107 catches nothing there): so zeros go on in its place, and the exception is kept, and thrown
/// by whoever asked for the gradient.
/// </summary>
internal static class BackwardFaults
{
    [ThreadStatic]
    private static ExceptionDispatchInfo? _kept;

    /// <summary>A backward pass that throws nothing.</summary>
    /// <param name="pass">Makes the gradients.</param>
    /// <param name="shape">Gives the shape of the first input, should the pass throw; the others then have no gradient.</param>
    /// <param name="inputs">How many inputs the function has.</param>
    /// <returns>The gradients.</returns>
    public static List<Tensor> Kept(Func<List<Tensor>> pass, Func<long[]> shape, int inputs)
    {
        try
        {
            return pass();
        }
        catch (Exception exception)
        {
            _kept ??= ExceptionDispatchInfo.Capture(exception);
            // One number that stands for all: memory may be what was missing.
            return [zeros(1).expand(shape()), .. Enumerable.Repeat<Tensor>(null!, inputs - 1)];
        }
    }

    /// <summary>Runs what may ask for gradients, and throws what a pass threw meanwhile.</summary>
    /// <typeparam name="T">What it makes.</typeparam>
    /// <param name="code">The code; backward passes on a CPU run on its thread.</param>
    public static T Checked<T>(Func<T> code)
    {
        _kept = null;
        var made = code();
        var kept = _kept;
        _kept = null;
        kept?.Throw();
        return made;
    }
}
