using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Kernels;

/// <summary>
/// Blur by any kernel with reflected borders (the edge pixel is not repeated), each row its own, through Fourier transforms: a
/// 61x61 kernel that is no product of two vectors costs a direct convolution thousands of multiplications a pixel.
/// </summary>
internal sealed class KernelOperator : ILinearForwardOperator
{
    private static readonly long[] Axes = [-2, -1];
    private readonly PictureShape _picture;
    private readonly long[] _grid;
    private readonly Tensor _spectra;
    private readonly Tensor _conjugates;
    private readonly Tensor _rows;
    private readonly Tensor _columns;

    /// <param name="kernels">One kernel a row, all of one size, each summing to 1.</param>
    /// <param name="picture">Shape of the pictures.</param>
    /// <param name="device">Where it computes.</param>
    public KernelOperator(IReadOnlyList<OperatorKernel> kernels, PictureShape picture, Device device)
    {
        Rows = kernels.Count;
        _picture = picture;
        var (height, width) = (kernels[0].Height, kernels[0].Width);

        // Large enough that nothing wraps around into the part that is kept.
        _grid = [FourierLength.AtLeast(picture.Height + height - 1), FourierLength.AtLeast(picture.Width + width - 1)];
        float[] values = [.. kernels.SelectMany(kernel => kernel.Values)];
        using var scope = NewDisposeScope();
        _spectra = fft.rfft2(tensor(values, [kernels.Count, 1, height, width], device: device), _grid, Axes).DetachFromDisposeScope();
        _conjugates = _spectra.conj().resolve_conj().DetachFromDisposeScope();
        _rows = Reflected(picture.Height, height, device);
        _columns = Reflected(picture.Width, width, device);
    }

    public int Rows { get; }

    public Tensor Forward(Tensor pictures)
    {
        using var tall = pictures.index_select(2, _rows);
        using var padded = tall.index_select(3, _columns);
        return Multiply(padded, _conjugates, _picture.Height, _picture.Width);
    }

    // What the kernel spread out, and the reflected border folded back on the pixels that it mirrors.
    public Tensor Adjoint(Tensor measurements)
    {
        using var scope = NewDisposeScope();
        var spread = Multiply(measurements, _spectra, (int)_rows.shape[0], (int)_columns.shape[0]);
        var rows = zeros([Rows, 3, _picture.Height, spread.shape[3]], device: spread.device).index_add(2, _rows, spread, 1);
        return zeros(_picture.Batch(Rows), device: spread.device).index_add(3, _columns, rows, 1).MoveToOuterDisposeScope();
    }

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => measurements.clone();

    public void Dispose()
    {
        _spectra.Dispose();
        _conjugates.Dispose();
        _rows.Dispose();
        _columns.Dispose();
    }

    private Tensor Multiply(Tensor pictures, Tensor spectra, int height, int width)
    {
        using var transformed = fft.rfft2(pictures, _grid, Axes);
        using var product = transformed * spectra;
        using var result = fft.irfft2(product, _grid, Axes);
        using var rows = result.narrow(2, 0, height);
        using var kept = rows.narrow(3, 0, width);
        return kept.contiguous().alias();
    }

    private static Tensor Reflected(int length, int taps, Device device)
    {
        var sources = Enumerable.Range(0, length + taps - 1).Select(i => (long)AxisBorder.Reflect(i - (taps / 2), length)).ToArray();
        return tensor(sources, device: device).DetachFromDisposeScope();
    }
}
