namespace FlashDiffusion.Models.Operators.Separable;

/// <summary>
/// A linear map along one axis of a picture, as a dense matrix (outputs by inputs, row-major, float64). Borders are folded into
/// it, so that its transpose is the exact adjoint, reflection included.
/// </summary>
internal sealed class AxisMatrix
{
    public AxisMatrix(int outputs, int inputs)
    {
        Outputs = outputs;
        Inputs = inputs;
        Values = new double[outputs * inputs];
    }

    public int Outputs { get; }

    public int Inputs { get; }

    public double[] Values { get; }

    public ref double this[int output, int input] => ref Values[(output * Inputs) + input];

    public AxisMatrix Transpose()
    {
        var transpose = new AxisMatrix(Inputs, Outputs);
        for (var i = 0; i < Outputs; i++)
        {
            for (var j = 0; j < Inputs; j++)
            {
                transpose[j, i] = this[i, j];
            }
        }

        return transpose;
    }
}
