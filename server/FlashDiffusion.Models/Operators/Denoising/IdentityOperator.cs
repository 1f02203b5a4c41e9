using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Denoising;

/// <summary>A = I: the measurement is the picture with noise.</summary>
internal sealed class IdentityOperator(int rows) : ILinearForwardOperator
{
    public int Rows => rows;

    public Tensor Forward(Tensor pictures) => pictures.clone();

    public Tensor Adjoint(Tensor measurements) => measurements.clone();

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => measurements.clone();

    public void Dispose()
    {
    }
}
