using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Server.Curves;
using FlashDiffusion.Server.Security.Files;

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
        [new CurvePoint(1, 0.0123456789, 7), new CurvePoint(8, 0.1, 900)])
    {
        Operators = [new OperatorCurve("gaussian_blur/61", [new CurvePoint(1, 0.25, 5)]), new OperatorCurve("inpaint/", [new CurvePoint(1, 0.0625, 2), new CurvePoint(8, 0.2, 3)])],
    };

    private static readonly LaneCurve Decode = new(new TimingKey(Stage.Decode, "starter/1", "", "", new PictureShape(64, 64)), [new CurvePoint(1, 0.5, 1)]);

    private static readonly CurveOrigin Origin = new("0.1.0", "cpu,cpu", "Float32", 1, "Some processor", "avx2+fma", "TorchSharp");

    private static readonly ImmutableSortedDictionary<string, string> Models = ImmutableSortedDictionary<string, string>.Empty.Add("starter/1", "ab12");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-curves-");

    private string Path => System.IO.Path.Combine(_folder.FullName, "curves.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        CurveFile.Write(Path, StoredCurves.Of(Origin, Models, [[Decode, Step], []]));
        CurveFile.Write(Path, StoredCurves.Of(Origin, Models, [[Decode, Step], [Decode]]));

        var read = CurveFile.Read(Path, out var problem)!;
        Assert.Equal("", problem);
        Assert.Equal((Origin, "ab12"), (read.Origin, Assert.Single(read.Models).Value));
        var curves = read.Curves();

        // Those with the most units first.
        Assert.Equal([Step.Key, Decode.Key], curves[0].Select(curve => curve.Key));
        Assert.Equal(Step.Points, curves[0][0].Points);
        Assert.Equal(Step.Operators, curves[0][0].Operators, (one, other) => one.Operator == other.Operator && one.Points.SequenceEqual(other.Points));
        Assert.Equal(Decode.Points, Assert.Single(curves[1]).Points);
        Assert.Empty(curves[1][0].Operators);
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Read_OfAServerThatDidNotKeepOperatorsApart_IsWhatItKept()
    {
        Write();
        var record = JsonNode.Parse(File.ReadAllText(Path))!;
        foreach (var lane in record["devices"]![0]!.AsArray())
        {
            Assert.True(lane!.AsObject().Remove("operators"));
        }

        File.WriteAllText(Path, record.ToJsonString());
        var curves = CurveFile.Read(Path, out _)!.Curves()[0];
        Assert.Equal([Step.Key, Decode.Key], curves.Select(curve => curve.Key));
        Assert.All(curves, curve => Assert.Empty(curve.Operators));
    }

    [Fact]
    public void Of_ModelWithoutKnownWeightsAndTooManyKinds_KeepsWhatCanBeTold()
    {
        var strange = Decode with { Key = Decode.Key with { Model = "strange/1" } };
        var timeless = Step with { Points = [new CurvePoint(1, 0, 5000)] };
        var many = Enumerable.Range(1, 1000).Select(side => new LaneCurve(Decode.Key with { Working = new PictureShape(side, side) }, [new CurvePoint(1, 1, side)]));
        var kept = StoredCurves.Of(Origin, Models, [[strange, timeless, .. many]]).Curves()[0];
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
                Assert.All(read?.Curves().SelectMany(curves => curves).SelectMany(curve => curve.Points) ?? [], point => Assert.True(point is { Rows: > 0, Count: > 0, Seconds: > 0 and < 1e7 }));
            }
        }
    }

    [Theory]
    [InlineData("\"seconds\":0.1", "\"seconds\":-0.1")]
    [InlineData("\"seconds\":0.1", "\"seconds\":1e300")]
    [InlineData("\"seconds\":0.1", "\"seconds\":0")]
    [InlineData("\"seconds\":0.1,", "")]
    [InlineData("\"rows\":8", "\"rows\":1025")]
    [InlineData("\"rows\":8", "\"rows\":0")]
    [InlineData("\"rows\":8", "\"rows\":1")]
    [InlineData("\"count\":900", "\"count\":0")]
    [InlineData("\"count\":900", "\"count\":1099511627777")]
    [InlineData("\"working\":[64,96]", "\"working\":[0,96]")]
    [InlineData("\"working\":[64,96]", "\"working\":[64]")]
    [InlineData("\"working\":[64,96]", "\"working\":null")]
    [InlineData("\"picture\":[60,90]", "\"picture\":[60,-90]")]
    [InlineData("\"stage\":\"Step\"", "\"stage\":17")]
    [InlineData("\"seconds\":0.25", "\"seconds\":0")]
    [InlineData("\"operator\":\"inpaint/\"", "\"operator\":\"gaussian_blur/61\"")]
    [InlineData("\"operators\":[{", "\"operators\":[null,{")]
    [InlineData("\"devices\":[[", "\"devices\":[[null,")]
    [InlineData("\"devices\":[[", "\"devices\":[null,[")]
    [InlineData("\"origin\":", "\"unknown\":1,\"origin\":")]
    public void Read_WhatNobodyMeasured_IsAProblem(string was, string becomes)
    {
        Write();
        var text = File.ReadAllText(Path);
        Assert.Contains(was, text, StringComparison.Ordinal);
        File.WriteAllText(Path, text.Replace(was, becomes, StringComparison.Ordinal));
        Assert.Null(CurveFile.Read(Path, out var problem));
        Assert.Contains("damaged", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("points", "[]")]
    [InlineData("points", "null")]
    [InlineData("operators", "null")]
    [InlineData("devices", "null")]
    [InlineData("models", "null")]
    [InlineData("origin", "null")]
    public void Read_NothingWhereSomethingMustBe_IsAProblem(string member, string value)
    {
        Write();
        var record = JsonNode.Parse(File.ReadAllText(Path))!;
        var owner = member is "points" or "operators" ? record["devices"]![0]![0]! : record;
        Assert.NotNull(owner[member]);
        owner[member] = JsonNode.Parse(value);
        File.WriteAllText(Path, record.ToJsonString());
        Assert.Null(CurveFile.Read(Path, out var problem));
        Assert.Contains("damaged", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SomethingElse_DoesNotRepeatIt()
    {
        File.WriteAllText(Path, "{\n\"secret\": 1}");
        Assert.Null(CurveFile.Read(Path, out var problem));
        Assert.EndsWith("at line 2.", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_LargestThatCanBeMeasured_CanBeReadAgain()
    {
        ImmutableArray<CurvePoint> points = [.. Enumerable.Range(1, EngineOptions.LargestBatch).Select(rows => new CurvePoint(rows, Math.PI * rows, 1L << 40))];
        var curves = Enumerable.Range(1, LaneCurve.Most).Select(side => new LaneCurve(Step.Key with { Working = new PictureShape(side, side) }, [.. points[..^1], points[^1] with { Count = side }]));
        CurveFile.Write(Path, StoredCurves.Of(Origin, Models, [[.. curves]]));

        Assert.InRange(new FileInfo(Path).Length, FileContent.Largest / 4, FileContent.Largest);
        var kept = Assert.Single(CurveFile.Read(Path, out _)!.Curves());
        Assert.Equal(Enumerable.Range(1, LaneCurve.Most).Reverse().Take(kept.Length), kept.Select(curve => curve.Key.Working.Height));
        Assert.True(kept.Sum(curve => curve.Units) > 0);
    }

    [Fact]
    public void Write_WhatHasNoContent_LeavesItAlone()
    {
        // A link, so that a test that fails does not replace the device; it is read by nobody, since some devices have no end.
        File.CreateSymbolicLink(Path, "/dev/null");
        Assert.Null(CurveFile.Read(Path, out var problem));
        Assert.Contains("no regular file", problem, StringComparison.Ordinal);
        Assert.Contains("Delete it", Assert.Throws<IOException>(() => CurveFile.PutAside(Path)).Message, StringComparison.Ordinal);
        Assert.Contains("Delete it", Assert.Throws<IOException>(Write).Message, StringComparison.Ordinal);
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
        Assert.Equal("/dev/null", new FileInfo(Path).LinkTarget);
    }

    [Fact]
    public void Write_CantTakeThePlace_LeavesNothingUnfinished()
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "folder"));
        Assert.ThrowsAny<Exception>(Write);
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
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

        // A server that was killed while it wrote. Another process or machine would have written under another name.
        var unfinished = CurveFile.Unfinished(Path);
        Assert.Contains($"{Environment.MachineName}.{Environment.ProcessId}.", unfinished, StringComparison.Ordinal);
        File.WriteAllText(unfinished, "{\"orig", Encoding.UTF8);
        Assert.NotNull(CurveFile.Read(Path, out _));

        Write();
        Assert.Equal(before, File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
    }

    private void Write() => CurveFile.Write(Path, StoredCurves.Of(Origin, Models, [[Step, Decode]]));
}
