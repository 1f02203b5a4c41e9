using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Separable;

/// <summary>The matrices of a batch for one direction, stacked: X -> L X R^T with its own L and R in every row.</summary>
internal sealed class AxisPair : IDisposable
{
    private readonly Tensor _left;
    private readonly Tensor _rightTransposed;

    public AxisPair(IReadOnlyList<AxisMatrix> left, IReadOnlyList<AxisMatrix> right, Device device)
    {
        _left = Stack(left, device);
        _rightTransposed = Stack([.. right.Select(matrix => matrix.Transpose())], device);
    }

    public Tensor Apply(Tensor pictures)
    {
        using var rows = matmul(_left, pictures);
        return matmul(rows, _rightTransposed);
    }

    public void Dispose()
    {
        _left.Dispose();
        _rightTransposed.Dispose();
    }

    // (B, 1, outputs, inputs), outside of any dispose scope: it lives as long as the operator.
    private static Tensor Stack(IReadOnlyList<AxisMatrix> matrices, Device device)
    {
        var (outputs, inputs) = (matrices[0].Outputs, matrices[0].Inputs);
        var values = new float[matrices.Count * outputs * inputs];
        for (var row = 0; row < matrices.Count; row++)
        {
            var offset = row * outputs * inputs;
            var source = matrices[row].Values;
            for (var i = 0; i < source.Length; i++)
            {
                values[offset + i] = (float)source[i];
            }
        }

        return tensor(values, [matrices.Count, 1, outputs, inputs], device: device).DetachFromDisposeScope();
    }
}
