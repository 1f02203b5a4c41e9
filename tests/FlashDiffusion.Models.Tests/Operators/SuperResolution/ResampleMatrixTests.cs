namespace FlashDiffusion.Models.Operators.SuperResolution;

public sealed class ResampleMatrixTests
{
    // The weights of imresize at scale 1/2, by hand from the cubic at odd multiples of 1/4.
    [Fact]
    public void BicubicReduction_ByTwo_HasTheKnownWeightsInside()
    {
        var matrix = ResampleMatrix.BicubicReduction(16, 2);
        double[] expected = [-0.01171875, -0.03515625, 0.11328125, 0.43359375, 0.43359375, 0.11328125, -0.03515625, -0.01171875];
        Assert.Equal(expected, Enumerable.Range(5, 8).Select(input => Math.Round(matrix[4, input], 12)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void AnyMethod_Constants_AreKept(int scale)
    {
        foreach (var matrix in new[] { ResampleMatrix.Average(32, scale), ResampleMatrix.BicubicReduction(32, scale), ResampleMatrix.BicubicEnlargement(32, scale) })
        {
            for (var i = 0; i < matrix.Outputs; i++)
            {
                Assert.Equal(1, Enumerable.Range(0, matrix.Inputs).Sum(j => matrix[i, j]), 1e-12);
            }
        }
    }

    // Cubic convolution reproduces straight lines away from the border, and reduction must not shift the picture.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Bicubic_StraightLine_StaysTheSameLine(int scale)
    {
        var reduction = ResampleMatrix.BicubicReduction(64, scale);
        var enlargement = ResampleMatrix.BicubicEnlargement(64, scale);
        double Reduced(int i) => Enumerable.Range(0, 64).Sum(j => reduction[i, j] * j);
        var middle = 32 / scale;
        Assert.Equal(((middle + 0.5) * scale) - 0.5, Reduced(middle), 1e-9);
        Assert.Equal(32, Enumerable.Range(0, 64 / scale).Sum(i => enlargement[32, i] * Reduced(i)), 1e-9);
    }

    [Fact]
    public void Average_Block_IsItsMean()
    {
        var matrix = ResampleMatrix.Average(8, 4);
        Assert.Equal([0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25], Enumerable.Range(0, 8).Select(j => matrix[1, j]));
    }
}
