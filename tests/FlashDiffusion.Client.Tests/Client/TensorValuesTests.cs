using FlashDiffusion.V1;
using Google.Protobuf;

namespace FlashDiffusion.Client.Tests.Client;

public sealed class TensorValuesTests
{
    [Fact]
    public void ToFloats_OfToTensor_IsTheSame()
    {
        float[] values = [0, -1.5f, 3.25f, float.Epsilon, 1e30f, -0f];

        var tensor = TensorValues.ToTensor(values, 2, 3);

        Assert.Equal([2L, 3L], tensor.Shape);
        Assert.Equal(new byte[] { 0, 0, 0xC0, 0xBF }, tensor.Data.ToByteArray()[4..8]);
        Assert.Equal(values, tensor.ToFloats());
    }

    [Fact]
    public void ToTensor_WrongCount_Throws() => Assert.Throws<ArgumentException>(() => TensorValues.ToTensor([1f, 2f], 3));

    [Fact]
    public void ToFloats_OtherTypes_AreConverted()
    {
        var half = new Tensor { DataType = DataType.Float16, Shape = { 2 }, Data = ByteString.CopyFrom(0x00, 0x3C, 0x00, 0xC0) };
        var bytes = new Tensor { DataType = DataType.Uint8, Shape = { 2 }, Data = ByteString.CopyFrom(0, 255) };

        Assert.Equal([1f, -2f], half.ToFloats());
        Assert.Equal([0f, 1f], bytes.ToFloats());
    }

    [Fact]
    public void ToFloats_DataOfAnotherLength_Throws()
    {
        var tensor = new Tensor { DataType = DataType.Float32, Shape = { 2 }, Data = ByteString.CopyFrom(1, 2, 3, 4) };

        Assert.Throws<InvalidDataException>(tensor.ToFloats);
    }
}
