namespace FlashDiffusion.Models.Operators.Blur;

public sealed class BlurMatrixTests
{
    [Fact]
    public void Reflected_AtTheBorder_DoesNotRepeatTheEdgePixel()
    {
        var matrix = BlurMatrix.Reflected(4, [0.25, 0.5, 0.25]);
        Assert.Equal([0.5, 0.5, 0, 0, 0.25, 0.5, 0.25, 0, 0, 0.25, 0.5, 0.25, 0, 0, 0.5, 0.5], matrix.Values);
    }

    [Fact]
    public void OfficialTranspose_AtTheBorder_DiffersFromTheAdjointThereOnly()
    {
        double[] kernel = [0.25, 0.5, 0.25];
        var adjoint = BlurMatrix.Reflected(6, kernel).Transpose();
        var official = BlurMatrix.OfficialTranspose(6, kernel);
        Assert.NotEqual(adjoint.Values, official.Values);
        for (var i = 2; i < 4; i++)
        {
            Assert.Equal(Enumerable.Range(0, 6).Select(j => adjoint[i, j]), Enumerable.Range(0, 6).Select(j => official[i, j]));
        }
    }

    [Theory]
    [InlineData(3, 0.3)]
    [InlineData(7, 3.0)]
    [InlineData(61, 20.0)]
    public void Kernel_AnyWidth_IsSymmetricAndSumsToOne(int size, double std)
    {
        var kernel = GaussianKernel.Create(size, std);
        Assert.Equal(1, kernel.Sum(), 1e-12);
        Assert.All(Enumerable.Range(0, size), i => Assert.Equal(kernel[i], kernel[size - 1 - i], 1e-15));
    }

    [Fact]
    public void Cache_ManyBlurs_StaysCorrectAfterItWasEmptied()
    {
        var cache = new BlurMatrixCache();
        var first = cache.Get(32, 15, 0.5, Compatibility.Standard).Forward.Values;
        for (var i = 0; i < 40; i++)
        {
            cache.Get(32, 15, 1 + (i * 0.1), Compatibility.Standard);
        }

        Assert.Equal(first, cache.Get(32, 15, 0.5, Compatibility.Standard).Forward.Values);
        Assert.NotEqual(cache.Get(32, 15, 0.5, Compatibility.Standard).Adjoint.Values, cache.Get(32, 15, 0.5, Compatibility.Official).Adjoint.Values);
    }
}
