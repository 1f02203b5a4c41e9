using System.Collections.Immutable;
using System.Text;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Server.Curves;

namespace FlashDiffusion.Server.Tests.Curves;

/// <summary>What a server measured, as a file.</summary>
public sealed class CurveFileTests : IDisposable
{
    private static readonly LaneCurve Step = new(
        new TimingKey(Stage.Step, "starter/1", "latent_dps/0.1.0", "guided", new PictureShape(64, 96))
        {
            Operator = "gaussian_blur/61 \"ä\"",
            Picture = new PictureShape(60, 90),
            Compatibility = Compatibility.Official,
        },
        [new CurvePoint(1, 0.0123456789, 7), new CurvePoint(8, 0.1, 900)]);

    private static readonly LaneCurve Decode = new(new TimingKey(Stage.Decode, "starter/1", "", "", new PictureShape(64, 64)), [new CurvePoint(1, 0.5, 1)]);

    private static readonly CurveOrigin Origin = new("0.1.0", "cpu,cpu", "Float32", 1, "Some processor", "avx2+fma", "TorchSharp");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-curves-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "curves.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var models = ImmutableSortedDictionary<string, string>.Empty.Add("starter/1", "ab12");
        CurveFile.Write(Path, StoredCurves.Of(Origin, models, [[Decode, Step], []]));
        CurveFile.Write(Path, StoredCurves.Of(Origin, models, [[Decode, Step], [Decode]]));

        var read = CurveFile.Read(Path, out var problem)!;
        Assert.Equal("", problem);
        Assert.Equal((Origin, "ab12"), (read.Origin, Assert.Single(read.Models).Value));
        var curves = read.Curves();

        // Those with the most units first.
        Assert.Equal([Step.Key, Decode.Key], curves[0].Select(curve => curve.Key));
        Assert.Equal(Step.Points, curves[0][0].Points);
        Assert.Equal(Decode.Points, Assert.Single(curves[1]).Points);
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Of_ModelWithoutKnownWeightsAndTooManyKinds_KeepsWhatCanBeTold()
    {
        var models = ImmutableSortedDictionary<string, string>.Empty.Add("starter/1", "ab12");
        var strange = Decode with { Key = Decode.Key with { Model = "strange/1" } };
        var many = Enumerable.Range(1, 1000).Select(side => new LaneCurve(Decode.Key with { Working = new PictureShape(side, side) }, [new CurvePoint(1, 1, side)]));
        var kept = StoredCurves.Of(Origin, models, [[strange, .. many]]).Curves()[0];
        Assert.Equal(Enumerable.Range(745, 256).Reverse(), kept.Select(curve => curve.Key.Working.Height));
    }

    [Fact]
    public void Read_NoFile_IsNothingAndNoProblem()
    {
        Assert.Null(CurveFile.Read(Path, out var problem));
        Assert.Equal("", problem);
    }

    [Fact]
    public void Read_CutAnywhere_IsAProblemThatNamesTheFile()
    {
        Write();
        var whole = File.ReadAllBytes(Path);
        for (var length = 0; length < whole.Length; length += 3)
        {
            File.WriteAllBytes(Path, whole[..length]);
            Assert.Null(CurveFile.Read(Path, out var problem));
            Assert.Contains($"'{Path}'", problem, StringComparison.Ordinal);
            Assert.Contains("damaged", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_AnyByteChanged_NeverThrows()
    {
        Write();
        var whole = File.ReadAllBytes(Path);
        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var value in "\0-9]\"n\u007f"u8)
            {
                var changed = whole.ToArray();
                changed[at] = value;
                File.WriteAllBytes(Path, changed);
                var read = CurveFile.Read(Path, out var problem);
                Assert.Equal(read is null, problem.Length > 0);
                Assert.All(read?.Curves().SelectMany(curves => curves).SelectMany(curve => curve.Points) ?? [], point => Assert.True(point is { Rows: > 0, Count: > 0, Seconds: >= 0 and < 1e7 }));
            }
        }
    }

    [Theory]
    [InlineData("\"seconds\":0.1", "\"seconds\":-0.1")]
    [InlineData("\"seconds\":0.1", "\"seconds\":1e300")]
    [InlineData("\"rows\":8", "\"rows\":0")]
    [InlineData("\"rows\":8", "\"rows\":1")]
    [InlineData("\"count\":900", "\"count\":0")]
    [InlineData("\"count\":900", "\"count\":9223372036854775807")]
    [InlineData("\"working\":[64,96]", "\"working\":[0,96]")]
    [InlineData("\"working\":[64,96]", "\"working\":[64]")]
    [InlineData("\"working\":[64,96]", "\"working\":null")]
    [InlineData("\"picture\":[60,90]", "\"picture\":[60,-90]")]
    [InlineData("\"stage\":\"Step\"", "\"stage\":17")]
    [InlineData("\"devices\":[[", "\"devices\":[[null,")]
    [InlineData("\"devices\":[[", "\"devices\":null,\"was\":[[")]
    [InlineData("\"origin\":", "\"unknown\":1,\"origin\":")]
    [InlineData("\"points\":[{\"rows\":1,", "\"points\":[],\"was\":[{\"rows\":1,")]
    public void Read_WhatNobodyMeasured_IsAProblem(string was, string becomes)
    {
        Write();
        var text = File.ReadAllText(Path);
        Assert.Contains(was, text, StringComparison.Ordinal);
        File.WriteAllText(Path, text.Replace(was, becomes, StringComparison.Ordinal));
        Assert.Null(CurveFile.Read(Path, out var problem));
        Assert.Contains("damaged", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AKindOfWorkTwice_IsAProblem()
    {
        CurveFile.Write(Path, new StoredCurves(Origin, ImmutableSortedDictionary<string, string>.Empty, [[StoredLane.Of(Step), StoredLane.Of(Step)]]));
        Assert.Null(CurveFile.Read(Path, out var problem));
        Assert.Contains("twice", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_CutShort_LeavesWhatWasThere()
    {
        Write();
        var before = File.ReadAllText(Path);

        // A server that was killed while it wrote, and one that writes at this moment.
        File.WriteAllText(Path + CurveFile.Unfinished, "{\"orig", Encoding.UTF8);
        Assert.NotNull(CurveFile.Read(Path, out _));
        using (File.Open(Path + CurveFile.Unfinished, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            Assert.ThrowsAny<IOException>(Write);
            Assert.Equal(before, File.ReadAllText(Path));
        }

        Write();
        Assert.Equal(before, File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
    }

    private void Write() => CurveFile.Write(Path, StoredCurves.Of(Origin, ImmutableSortedDictionary<string, string>.Empty.Add("starter/1", "ab12"), [[Step, Decode]]));
}
