using System.Numerics;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Geometry;
using FlashDiffusion.Pictures.Metrics;

namespace FlashDiffusion.Pictures.Tests.Metrics;

public sealed class LogSpectralDistanceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(30)]
    public void Forward_AnyLength_IsTheDefinition(int length)
    {
        var values = Enumerable.Range(0, length).Select(i => new Complex(Math.Sin(i * i), Math.Cos(3 * i))).ToArray();

        var transformed = FourierTransform.Forward(values);

        for (var k = 0; k < length; k++)
        {
            var sum = values.Select((value, i) => value * Complex.Exp(new Complex(0, -2 * Math.PI * k * i / length)))
                .Aggregate(Complex.Zero, (a, b) => a + b);
            Assert.InRange((sum - transformed[k]).Magnitude, 0, 1e-10 * length);
        }
    }

    [Fact]
    public void Compute_EqualPictures_IsZero() =>
        Assert.Equal(0, LogSpectralDistance.Compute(TestPictures.Waves(33, 20), TestPictures.Waves(33, 20)), 1e-12);

    [Fact]
    public void Compute_HalfTheContrast_IsSixDecibelsInEveryRing()
    {
        var truth = BuiltInPhotograph.Square(64);

        var faint = truth.With((value, _) => 0.25f + (0.5f * value));

        Assert.Equal(20 * Math.Log10(2), LogSpectralDistance.Compute(truth, faint), 0.01);
    }

    [Fact]
    public void Compute_BlurrierPicture_IsFartherAway()
    {
        var truth = BuiltInPhotograph.Square(64);

        var slight = LogSpectralDistance.Compute(truth, truth.Resize(40, 40).Resize(64, 64));
        var strong = LogSpectralDistance.Compute(truth, truth.Resize(16, 16).Resize(64, 64));

        Assert.InRange(slight, 1, strong - 5);
    }

    [Fact]
    public void RadialPower_SingleWave_LiesInItsRing()
    {
        var wave = TestPictures.From(64, 64, (_, x, y) => 0.5f + (0.3f * MathF.Sin(2 * MathF.PI * ((6 * x) + (8 * y)) / 64)));

        var power = LogSpectralDistance.RadialPower(wave);

        Assert.Equal(10, Array.IndexOf(power, power.Max()) + 1);
        Assert.True(power[15] < power.Max() * 1e-6);
    }
}
