using System.Buffers.Binary;
using System.Text;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("safetensors").FullName;

    public static TheoryData<ScalarType> Types =>
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
        ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Types))]
    public void Read_WhatWasWritten_IsTheSame(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var values = arange(0, 24, dtype: ScalarType.Float32).view(2, 3, 4).to(type);
        var path = Path.Combine(_folder, "a.safetensors");

        SafetensorsWriter.Write(path, [KeyValuePair.Create("a", values), KeyValuePair.Create("scalar", values.sum().to(type)), KeyValuePair.Create("turned", values.permute(2, 0, 1))],
            new Dictionary<string, string> { ["format"] = "pt" });

        using var file = SafetensorsFile.Open(path);
        Assert.Equal(["a", "scalar", "turned"], file.Entries.Keys);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(type, file.Read("a").dtype);
        GoldenAssert.Exact("a", values, file.Read("a"));
        GoldenAssert.Exact("scalar", values.sum().to(type), file.Read("scalar"));
        GoldenAssert.Exact("turned", values.permute(2, 0, 1), file.ReadFloat32("turned"));
    }

    [Fact]
    public void Write_OverExistingFile_LeavesNoPartialFile()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "a.safetensors");

        SafetensorsWriter.Write(path, [KeyValuePair.Create("a", zeros(4))]);
        SafetensorsWriter.Write(path, [KeyValuePair.Create("a", ones(4))]);

        using var file = SafetensorsFile.Open(path);
        GoldenAssert.Exact("a", ones(4), file.Read("a"));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}""", "bytes 0..16 of 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "needs 12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "hole or an overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 of 8 data bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "hole or an overlap")]
    [InlineData("""{"a":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}}""", "unsupported type 'F8'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "not a natural number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", "impossible shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "without dtype, shape and two data_offsets")]
    [InlineData("""{"a":[1]}""", "without dtype")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "is not JSON")]
    public void Open_FaultyHeader_NamesTheFault(string json, string fault)
    {
        var path = Write(json, claimedLength: null, data: new byte[8]);

        var exception = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));

        Assert.Contains(fault, exception.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(path), exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100UL)]
    [InlineData(ulong.MaxValue)]
    public void Open_HeaderLongerThanFile_IsRefused(ulong claimedLength)
    {
        var path = Write("{}", claimedLength, data: []);

        Assert.Contains("claims a header", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyOrAbsentFile_IsRefused()
    {
        var path = Path.Combine(_folder, "empty.safetensors");
        File.WriteAllBytes(path, []);

        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
        Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(Path.Combine(_folder, "absent.safetensors")));
    }

    private string Write(string json, ulong? claimedLength, byte[] data)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, claimedLength ?? (ulong)header.Length);
        var path = Path.Combine(_folder, "faulty.safetensors");
        File.WriteAllBytes(path, [.. length, .. header, .. data]);
        return path;
    }
}
