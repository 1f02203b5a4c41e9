using System.Text;
using FlashDiffusion.Cli.Measurements;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class NpyFileTests
{
    [Fact]
    public void Read_OfWrite_IsTheSame()
    {
        float[] values = [-0.3f, 0, 1.7f, 5, 6, 7];

        var (shape, back) = NpyFile.Read(NpyFile.Write(values, 3, 2, 1));

        Assert.Equal([3, 2, 1], shape);
        Assert.Equal(values, back);
    }

    [Fact]
    public void Write_File_FollowsTheFormat()
    {
        var file = NpyFile.Write([1, 2, 3], 3);

        Assert.Equal(0, (file.Length - 12) % 64);
        Assert.Equal((byte)'\n', file[^13]);
        Assert.StartsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", Encoding.ASCII.GetString(file, 10, 80), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HeaderAsNumpyWritesIt_IsUnderstood()
    {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1, 2), }".PadRight(117) + "\n";
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[24]];

        Assert.Equal([3, 1, 2], NpyFile.Read(file).Shape);
    }

    [Theory]
    [InlineData("'<f8', 'fortran_order': False, 'shape': (1,), }", 8)]
    [InlineData("'<f4', 'fortran_order': True, 'shape': (1,), }", 4)]
    [InlineData("'<f4', 'fortran_order': False, 'shape': (2,), }", 4)]
    public void Read_OtherArrays_AreRefused(string rest, int bytes)
    {
        var header = ("{'descr': " + rest).PadRight(117) + "\n";
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[bytes]];

        Assert.Throws<InvalidDataException>(() => NpyFile.Read(file));
        Assert.Throws<InvalidDataException>(() => NpyFile.Read(file.AsSpan(0, 9)));
        Assert.Throws<InvalidDataException>(() => NpyFile.Read(file.AsSpan(0, 60)));
    }
}
