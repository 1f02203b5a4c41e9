using FlashDiffusion.Models.Networks.KernelWizard;
using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.NonlinearBlurNetwork;

/// <summary>
/// A(x) = clip(2 F((x + 1)/2, code) - 1, -1, 1), the picture enlarged by reflection to the network's multiple. In official mode the
/// same is done to a picture that is on [0, 1] already, which halves its contrast (golden/QUIRKS.md 13).
/// </summary>
internal sealed class NetworkBlurOperator : IForwardOperator
{
    private readonly KernelWizardNetwork _network;
    private readonly PictureShape _picture;
    private readonly bool _official;
    private readonly Tensor _codes;
    private readonly Tensor _rows;
    private readonly Tensor _columns;

    /// <param name="network">The network; not owned.</param>
    /// <param name="rows">One specification a row.</param>
    /// <param name="picture">Shape of the pictures.</param>
    /// <param name="device">Where it computes.</param>
    public NetworkBlurOperator(KernelWizardNetwork network, IReadOnlyList<OperatorSpec> rows, PictureShape picture, Device device)
    {
        (_network, _picture, Rows) = (network, picture, rows.Count);
        _official = rows[0].Compatibility == Compatibility.Official;
        var (height, width) = (Places(picture.Height), Places(picture.Width));
        float[] codes = [.. rows.SelectMany(row => KernelCode.Draw(height * width, row.Parameters.Number(NetworkBlurFamily.CodeStd), row.Seed, row.Compatibility))];
        _codes = tensor(codes, [Rows, KernelWizardNetwork.CodeChannels, height, width], device: device).DetachFromDisposeScope();
        _rows = Reflected(picture.Height, height, device);
        _columns = Reflected(picture.Width, width, device);
    }

    public int Rows { get; }

    public Tensor Forward(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        return (_official ? (2 * Blur((pictures + 1) / 2)) - 1 : Blur(pictures)).MoveToOuterDisposeScope();
    }

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => measurements.clone();

    public void Dispose()
    {
        _codes.Dispose();
        _rows.Dispose();
        _columns.Dispose();
    }

    private Tensor Blur(Tensor pictures)
    {
        var enlarged = ((pictures + 1) / 2).index_select(2, _rows).index_select(3, _columns);
        var blurred = _network.Forward(enlarged, _codes).narrow(2, 0, _picture.Height).narrow(3, 0, _picture.Width);
        return ((2 * blurred) - 1).clamp(-1, 1);
    }

    private static int Places(int side) => (side + KernelWizardNetwork.CodeStride - 1) / KernelWizardNetwork.CodeStride;

    private static Tensor Reflected(int side, int places, Device device)
    {
        var sources = Enumerable.Range(0, places * KernelWizardNetwork.CodeStride).Select(i => (long)AxisBorder.Reflect(i, side)).ToArray();
        return tensor(sources, device: device).DetachFromDisposeScope();
    }
}
