using System.Runtime.CompilerServices;
using System.Text.Json;
using FlashDiffusion.Pictures.Metrics;

namespace FlashDiffusion.Pictures.Tests.Metrics;

/// <summary>Every case of every metrics/*.json against the research code's numbers. FLASHDIFFUSION_GOLDEN replaces the folder's root.</summary>
public sealed class GoldenMetricsTests
{
    // The reference is float32 arithmetic over up to 12 thousand values; ours is float64, compared with the float64 reference tightly.
    private const double Float32 = 2e-6;
    private const double Float64 = 1e-9;

    public static TheoryData<string> Cases => [.. ReadCases().Select(NameOf)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Psnr_GoldenCase_Agrees(string name)
    {
        var (golden, truth, prediction) = Load(name);
        for (var i = 0; i < truth.Length; i++)
        {
            var psnr = PictureMetrics.Psnr(truth[i], prediction[i]);
            var mse = Math.Pow(10, -psnr / 10);
            AssertRelative(golden.GetProperty("psnr")[i].GetDouble(), psnr, Float32);
            AssertRelative(golden.GetProperty("psnr_f64")[i].GetDouble(), psnr, Float64);
            AssertRelative(golden.GetProperty("mse")[i].GetDouble(), mse, Float32 * 10);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nmse_GoldenCase_Agrees(string name)
    {
        var (golden, truth, prediction) = Load(name);
        for (var i = 0; i < truth.Length; i++)
        {
            var nmse = PictureMetrics.Nmse(truth[i], prediction[i]);
            AssertRelative(golden.GetProperty("nmse_gt_first")[i].GetDouble(), nmse, Float32 * 10);
            AssertRelative(golden.GetProperty("nmse_f64")[i].GetDouble(), nmse, Float64);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ssim_GoldenCase_AgreesInBothVariants(string name)
    {
        var (golden, truth, prediction) = Load(name);
        foreach (var (border, key) in new[] { (SsimBorder.Full, "ssim_full"), (SsimBorder.Cropped, "ssim_cropped") })
        {
            var values = truth.Select((picture, i) => StructuralSimilarity.Ssim(picture, prediction[i], border)).ToArray();
            var each = golden.GetProperty($"{key}_per_image");
            for (var i = 0; i < values.Length; i++)
            {
                // float32 variances are differences of nearly equal numbers, hence the wide bound here.
                Assert.InRange(values[i] - each[i].GetDouble(), -2e-5, 2e-5);
            }

            Assert.InRange(values.Average() - golden.GetProperty(key).GetDouble(), -2e-5, 2e-5);
            Assert.InRange(values.Average() - golden.GetProperty($"{key}_f64").GetDouble(), -1e-7, 1e-7);
        }
    }

    [Fact]
    public void Window_GoldenKernel_Agrees()
    {
        var (shape, kernel) = new Safetensors(File.ReadAllBytes(Path.Combine(Folder(), "ssim_kernel.safetensors")))["gaussian_kernel_11_sigma1.5"];
        Assert.Equal([11, 11], shape);
        var window = StructuralSimilarity.Window;
        for (var i = 0; i < kernel.Length; i++)
        {
            Assert.InRange(window[i / 11] * window[i % 11], kernel[i] - 1e-8, kernel[i] + 1e-8);
        }
    }

    private static void AssertRelative(double expected, double actual, double tolerance) =>
        Assert.InRange(actual, expected - (tolerance * Math.Abs(expected)), expected + (tolerance * Math.Abs(expected)));

    private static (JsonElement Golden, Picture[] Truth, Picture[] Prediction) Load(string name)
    {
        var (file, golden) = ReadCases().Single(item => NameOf(item) == name);
        var tensors = new Safetensors(File.ReadAllBytes(Path.ChangeExtension(file, ".safetensors")));
        var key = golden.GetProperty("name").GetString();
        return (golden, Split(tensors[$"{key}.gt"]), Split(tensors[$"{key}.pred"]));
    }

    private static Picture[] Split((int[] Shape, float[] Values) tensor)
    {
        var (height, width) = (tensor.Shape[^2], tensor.Shape[^1]);
        Assert.Equal(Picture.Channels, tensor.Shape[^3]);
        return [.. tensor.Values.Chunk(Picture.Channels * height * width).Select(values => Picture.FromPlanar(width, height, values))];
    }

    private static string NameOf((string File, JsonElement Golden) item) =>
        $"{Path.GetFileNameWithoutExtension(item.File)}/{item.Golden.GetProperty("name").GetString()}";

    private static IEnumerable<(string File, JsonElement Golden)> ReadCases()
    {
        foreach (var file in Directory.GetFiles(Folder(), "*.json").Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var item in document.RootElement.EnumerateArray())
            {
                yield return (file, item.Clone());
            }
        }
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(
        Environment.GetEnvironmentVariable("FLASHDIFFUSION_GOLDEN") is { Length: > 0 } root
            ? root
            : Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "golden"),
        "metrics");
}
