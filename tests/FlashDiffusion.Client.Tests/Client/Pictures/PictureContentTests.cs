using FlashDiffusion.Client.Tests.Cli;
using FlashDiffusion.V1;

namespace FlashDiffusion.Client.Tests.Client.Pictures;

public sealed class PictureContentTests
{
    private static readonly byte[] File = [1, 2, 3, 4];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FileInAndOut_EveryWay_IsTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        using var stream = new MemoryStream();

        await PictureContent.FromEncoded(File).SaveAsync(folder["a.png"], Cancellation);
        await (await PictureContent.FromFileAsync(folder["a.png"], Cancellation)).WriteToAsync(stream, Cancellation);
        stream.Position = 0;
        var picture = await PictureContent.FromStreamAsync(stream, Cancellation);

        Assert.Equal(File, picture.EncodedMemory().ToArray());
    }

    [Fact]
    public void FromPixels_Values_ComeBack()
    {
        float[] values = [.. Enumerable.Range(0, 12).Select(i => (i / 4f) - 1)];

        Assert.Equal(values, PictureContent.FromPixels(values, 2, 2).ToPixels());
        Assert.Throws<ArgumentException>(() => PictureContent.FromPixels(values, 2, 3));
    }

    [Fact]
    public void FromRgb_Interleaved_BecomesPlanar()
    {
        // Two pixels: red, and blue.
        var picture = PictureContent.FromRgb([255, 0, 0, 0, 0, 255], 1, 2);

        Assert.Equal([3, 1, 2], picture.Tensor.Shape);
        Assert.Equal([1, 0, 0, 0, 0, 1], picture.ToPixels());
        Assert.Throws<ArgumentException>(() => PictureContent.FromRgb([1, 2], 1, 1));
    }

    [Fact]
    public async Task WrongForm_IsExplained()
    {
        using var empty = new MemoryStream();

        Assert.Contains("Output.Format TENSOR", Assert.Throws<InvalidOperationException>(() => PictureContent.FromEncoded(File).ToPixels()).Message, StringComparison.Ordinal);
        Assert.Contains("ToPixels", Assert.Throws<InvalidOperationException>(() => new Picture().EncodedMemory()).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(() => PictureContent.FromStreamAsync(empty, Cancellation));
    }
}
