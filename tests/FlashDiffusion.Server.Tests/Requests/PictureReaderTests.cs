using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.Requests;

public sealed class PictureReaderTests
{
    private readonly MapperScene _scene = new();

    public static TheoryData<string, V1.Picture, string> Faults => new()
    {
        { "not a picture", new V1.Picture { Encoded = ByteString.CopyFromUtf8("no picture at all") }, "measurement.encoded" },
        { "empty file", new V1.Picture { Encoded = ByteString.Empty }, "measurement.encoded" },
        { "cut file", new V1.Picture { Encoded = ByteString.CopyFrom(MapperScene.FilePicture(32, 32).Encoded.Span[..60]) }, "measurement.encoded" },
        { "decompression bomb", new V1.Picture { Encoded = ByteString.CopyFrom(Bomb(60_000, 60_000)) }, "measurement.encoded" },
        { "too many bytes", new V1.Picture { Encoded = ByteString.CopyFrom(new byte[(1024 * 1024) + 1]) }, "measurement.encoded" },
        { "neither form", new V1.Picture(), "measurement" },
        { "tensor without shape", Tensor([], new byte[12]), "measurement.tensor.shape" },
        { "two axes", Tensor([32, 32], new byte[4096]), "measurement.tensor.shape" },
        { "four channels", Tensor([4, 8, 8], new byte[1024]), "measurement.tensor.shape" },
        { "zero height", Tensor([3, 0, 32], []), "measurement.tensor.shape" },
        { "negative width", Tensor([3, 32, -32], []), "measurement.tensor.shape" },
        { "overflowing shape", Tensor([3, long.MaxValue, long.MaxValue], new byte[16]), "measurement.tensor.shape" },
        { "too few bytes", Tensor([3, 32, 32], new byte[100]), "measurement.tensor.data" },
        { "bytes of another type", Tensor([3, 32, 32], new byte[3 * 32 * 32], V1.DataType.Float16), "measurement.tensor.data" },
        { "unknown type", Tensor([3, 32, 32], new byte[3 * 32 * 32 * 4], (V1.DataType)77), "measurement.tensor.data_type" },
        { "NaN", MapperScene.TensorPicture(32, 32, float.NaN), "measurement.tensor.data" },
        { "infinity", MapperScene.TensorPicture(32, 32, float.NegativeInfinity), "measurement.tensor.data" },
        { "absurd magnitude", MapperScene.TensorPicture(32, 32, 1e20f), "measurement.tensor.data" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Read_Fault_IsReportedAtItsField(string fault, V1.Picture picture, string field)
    {
        var request = MapperScene.Fine();
        request.Measurement = picture;

        Assert.True(_scene.Fields(request) is [var only] && only == field, fault);
    }

    [Fact]
    public void Read_NoMeasurement_IsRequired()
    {
        var request = MapperScene.Fine();
        request.Measurement = null;

        Assert.Equal(["measurement"], _scene.Fields(request));
    }

    [Fact]
    public void Read_BytesAndHalves_AreTheSamePictureAsFloats()
    {
        var bytes = MapperScene.Fine();
        bytes.Measurement = Tensor([3, 32, 32], Enumerable.Repeat((byte)255, 3 * 32 * 32).ToArray(), V1.DataType.Uint8);
        var halves = MapperScene.Fine();
        halves.Measurement = Tensor([3, 32, 32], [.. Enumerable.Repeat(BitConverter.GetBytes((Half)1), 3 * 32 * 32).SelectMany(pair => pair)], V1.DataType.Float16);

        Assert.All(_scene.Map(bytes).Request.Measurement.Values, value => Assert.Equal(1f, value));
        Assert.All(_scene.Map(halves).Request.Measurement.Values, value => Assert.Equal(1f, value));
    }

    public static TheoryData<string, V1.Picture, string> MaskFaults => new()
    {
        { "another size", MaskOf(16, 16, 1), "operator.mask" },
        { "values above one", MaskOf(32, 32, 1.5f), "operator.mask.tensor.data" },
        { "NaN", MaskOf(32, 32, float.NaN), "operator.mask.tensor.data" },
        { "three axes", MapperScene.TensorPicture(32, 32), "operator.mask.tensor.shape" },
        { "file of another size", MapperScene.FilePicture(32, 40), "operator.mask" },
        { "nothing kept", MaskOf(32, 32, 0), "operator.mask" },
    };

    [Theory]
    [MemberData(nameof(MaskFaults), DisableDiscoveryEnumeration = true)]
    public void ReadMask_Fault_IsReportedAtItsField(string fault, V1.Picture mask, string field)
    {
        Assert.True(_scene.Fields(Inpainting(mask)) is [var only] && only == field, fault);
    }

    [Fact]
    public void ReadMask_Bytes_AnyButZeroKeeps()
    {
        var mask = new V1.Picture { Tensor = new V1.Tensor { DataType = V1.DataType.Uint8, Shape = { 32, 32 }, Data = ByteString.CopyFrom([.. Enumerable.Repeat<byte>(1, 512), .. new byte[512]]) } };

        var read = _scene.Map(Inpainting(mask)).Request.Operator!.Spec.Mask!;

        Assert.Equal(512, read.Values.Count(value => value == 1));
        Assert.Equal(512, read.Values.Count(value => value == 0));
    }

    [Fact]
    public void ReadMask_OperatorWithoutMasks_IsRefused()
    {
        var request = MapperScene.Fine();
        request.Operator.Mask = MaskOf(32, 32, 1);

        Assert.Equal(["operator.mask"], _scene.Fields(request));
    }

    private static V1.ReconstructRequest Inpainting(V1.Picture mask)
    {
        var request = MapperScene.Fine();
        request.Operator = new V1.ForwardOperator { Name = "inpainting", NoiseStd = 0, Mask = mask, Parameters = { ["mask_type"] = new V1.ParameterValue { Text = "user" } } };
        return request;
    }

    private static V1.Picture MaskOf(int height, int width, float value) =>
        Tensor([height, width], [.. Enumerable.Repeat(BitConverter.GetBytes(value), height * width).SelectMany(bytes => bytes)]);

    private static V1.Picture Tensor(long[] shape, byte[] data, V1.DataType type = V1.DataType.Float32) =>
        new() { Tensor = new V1.Tensor { DataType = type, Shape = { shape }, Data = ByteString.CopyFrom(data) } };

    /// <summary>A PNG of a few bytes whose header declares gigapixels.</summary>
    private static byte[] Bomb(int width, int height)
    {
        using var stream = new MemoryStream();
        stream.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        Chunk(stream, "IHDR", header);
        Chunk(stream, "IDAT", [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]);
        Chunk(stream, "IEND", []);
        return stream.ToArray();
    }

    private static void Chunk(MemoryStream stream, string type, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
        stream.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        stream.Write(number);
    }

    // The PNG specification, annex D, bit by bit.
    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return ~crc;
    }
}
