using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="WinogradConvolution"/> needs beside the map.</summary>
/// <param name="Weight">The frozen weight.</param>
/// <param name="Bias">Frozen, (out).</param>
/// <param name="InChannels">Channels of the features.</param>
/// <param name="OutChannels">Channels of the output.</param>
internal sealed record WinogradSettings(WinogradWeight Weight, Tensor Bias, long InChannels, long OutChannels)
{
    /// <summary>Whether height and width are doubled by nearest neighbour before it.</summary>
    public bool Enlarged => Weight.Enlarged;

    /// <summary>The convolution of a map, without the map.</summary>
    /// <param name="pixels">Pixels of the map, enlarged.</param>
    public unsafe WinogradWork ForwardWork(long pixels) => new()
    {
        Weight = TensorAddress.Of(For(pixels).Forward),
        Bias = TensorAddress.Of(Bias),
        InChannels = (int)InChannels,
        OutChannels = (int)OutChannels,
        Enlarged = Enlarged,
        Gathered = Weight.Gathers(pixels),
        Wide = Weight.IsWide(pixels),
    };

    /// <summary>Its transpose.</summary>
    /// <param name="pixels">Pixels of the map, enlarged.</param>
    public unsafe WinogradWork BackwardWork(long pixels) => new()
    {
        Weight = TensorAddress.Of(For(pixels).Backward),
        InChannels = (int)OutChannels,
        OutChannels = (int)InChannels,
        Shrunk = Enlarged,
        Gathered = Weight.Gathers(pixels),
        Wide = Weight.IsWide(pixels),
    };

    private LaidOutWeight For(long pixels) => Weight.Gathers(pixels) ? Weight.Gathered : Weight.IsWide(pixels) ? Weight.AtWidePoints : Weight.AtPoints;
}
