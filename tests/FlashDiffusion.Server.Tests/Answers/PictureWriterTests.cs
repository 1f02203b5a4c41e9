using System.Runtime.InteropServices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Server.Answers;

namespace FlashDiffusion.Server.Tests.Answers;

public sealed class PictureWriterTests
{
    [Fact]
    public void Write_Tensor_IsUnclippedFloatOnTheUnitRange()
    {
        var picture = PictureWriter.ToPicture(HostTensor.Picture([-1, 0, 1, 1.5f, -1.5f, 0, -1, 0, 1, 1, 1, 1], new PictureShape(2, 2)));

        var tensor = PictureWriter.Write(picture, V1.PictureFormat.Tensor).Tensor;

        Assert.Equal([3L, 2, 2], tensor.Shape);
        Assert.Equal([0, 0.5f, 1, 1.25f, -0.25f, 0.5f, 0, 0.5f, 1, 1, 1, 1], MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray());
    }

    [Theory]
    [InlineData(V1.PictureFormat.Png, "89504E47")]
    [InlineData(V1.PictureFormat.Unspecified, "89504E47")]
    [InlineData(V1.PictureFormat.Png16, "89504E47")]
    [InlineData(V1.PictureFormat.Jpeg, "FFD8FF")]
    [InlineData(V1.PictureFormat.Webp, "52494646")]
    public void Write_File_HasItsFormatAndReadsBack(V1.PictureFormat format, string magic)
    {
        var file = PictureWriter.Write(Picture.Filled(16, 8, new Colour(0.25f, 0.5f, 0.75f)), format).Encoded;

        Assert.StartsWith(magic, Convert.ToHexString(file.Span), StringComparison.Ordinal);
        Assert.True(PictureCodec.Decode(file.Span).TryGet(out var read, out _));
        Assert.Equal((16, 8), (read.Width, read.Height));
        Assert.Equal(0.5f, read.Plane(1)[0], 0.02f);
    }

    [Theory]
    [InlineData(200, 100, 50, 50, 25)]
    [InlineData(100, 200, 50, 25, 50)]
    [InlineData(40, 20, 50, 40, 20)]
    [InlineData(200, 100, 0, 200, 100)]
    [InlineData(1000, 3, 16, 16, 1)]
    public void Reduce_LongerSide_IsNeverEnlarged(int width, int height, int side, int expectedWidth, int expectedHeight)
    {
        var reduced = PictureWriter.Reduce(Picture.Filled(width, height, Colour.White), side);

        Assert.Equal((expectedWidth, expectedHeight), (reduced.Width, reduced.Height));
    }

    [Fact]
    public void Write_Halves_AreTwoBytesEachAndClose()
    {
        var tensor = TensorWriter.Write(new HostTensor([0.1f, -2.5f, 3000], [3]), V1.DataType.Float16);

        Assert.Equal(6, tensor.Data.Length);
        var values = MemoryMarshal.Cast<byte, Half>(tensor.Data.Span);
        Assert.Equal([(Half)0.1f, (Half)(-2.5f), (Half)3000], values.ToArray());
    }
}
