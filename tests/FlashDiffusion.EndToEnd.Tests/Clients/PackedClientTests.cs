using System.IO.Compression;
using FlashDiffusion.EndToEnd.Tests.AuthorKit;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Clients;

/// <summary>The .NET client and the command line as people outside of this repository get them: packed, installed, used on a real server.</summary>
[Collection(ServerCollection.Name)]
public sealed class PackedClientTests(SharedServer shared)
{
    [Fact]
    public void Packages_OutsideOfTheCheckout_AreUsable()
    {
        using var kit = new PackedKit("protos", Path.Combine("clients", "dotnet", "FlashDiffusion.Client"), Path.Combine("clients", "dotnet", "FlashDiffusion.Cli"));

        foreach (var id in new[] { "FlashDiffusion.Client", "FlashDiffusion.Protos" })
        {
            Inspect(kit, id, ["README.md", "LICENSE", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"]);
            Assert.True(File.Exists(Path.Combine(kit.Feed, $"{id}.{kit.Version}.snupkg")));
        }

        Inspect(kit, "FlashDiffusion.Protos", ["protos/flashdiffusion/v1/reconstruction.proto"]);
        // The command line draws pictures wherever it is installed.
        Inspect(kit, "FlashDiffusion.Cli", ["README.md", "LICENSE", .. new[] { "linux-x64", "linux-arm64", "win-x64", "osx" }.Select(runtime => $"tools/net10.0/any/runtimes/{runtime}/native/")]);
        ToolRuns(kit);
        ProgramRuns(kit);
    }

    private void ToolRuns(PackedKit kit)
    {
        PackedKit.DotNet(kit.In(), "tool", "install", "FlashDiffusion.Cli", "--version", kit.Version, "--tool-path", kit.In("tools"), "--configfile", kit.In("nuget.config"));
        var flash = kit.In("tools", OperatingSystem.IsWindows() ? "flash.exe" : "flash");

        var help = ToolRun.Start(flash, kit.In(), "--help");
        var compared = ToolRun.Start(flash, kit.In(), "compare", "--solvers", "ae", "--address", shared.Server.Address.ToString(), "-o", kit.In("compared"));

        Assert.Equal(0, help.ExitCode);
        Assert.Contains("Exit codes: 0 done", help.Output, StringComparison.Ordinal);
        Assert.True(compared.ExitCode == 0, compared.Output);
        Assert.True(File.Exists(kit.In("compared", "contact-sheet.png")));
    }

    private void ProgramRuns(PackedKit kit)
    {
        var folder = Directory.CreateDirectory(kit.In("program")).FullName;
        File.WriteAllText(Path.Combine(folder, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="FlashDiffusion.Client" Version="{kit.Version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), ReadmesProgram());
        File.WriteAllBytes(Path.Combine(folder, "photo.jpg"), Pictures.Codecs.PictureCodec.EncodeJpeg(Pictures.BuiltIn.BuiltInPhotograph.Square(160)));
        PackedKit.DotNet(folder, "build", "-c", "Release");

        var run = ToolRun.Start("dotnet", folder, Path.Combine("bin", "Release", "net10.0", "program.dll"), shared.Server.Address.ToString());

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("severity ", run.Output, StringComparison.Ordinal);
        Assert.NotNull(Pictures.Codecs.PictureCodec.Decode(File.ReadAllBytes(Path.Combine(folder, "restored.png"))).Picture);
    }

    /// <summary>The very lines of the client's README, but for the addresses and the solver, which here costs no network call.</summary>
    private static string ReadmesProgram()
    {
        var readme = File.ReadAllText(Path.Combine(Checkout.Root, "clients", "dotnet", "FlashDiffusion.Client", "README.md"));
        var lines = readme.Split("```")[1]["csharp".Length..];
        foreach (var (theirs, ours) in new[] { ("[\"http://a:8001\", \"http://b:8001\"]", "[args[0], args[0]]"), ("Operator = forward };\nawait", "Operator = forward, Solver = new SolverChoice { Name = \"ae\" } };\nawait") })
        {
            Assert.Contains(theirs, lines, StringComparison.Ordinal);
            lines = lines.Replace(theirs, ours, StringComparison.Ordinal);
        }

        return $"using Microsoft.Extensions.DependencyInjection;\n{lines}\nnew ServiceCollection().AddFlashDiffusionClient(args[0]);\n";
    }

    private static void Inspect(PackedKit kit, string id, IEnumerable<string> beginnings)
    {
        using var package = ZipFile.OpenRead(Path.Combine(kit.Feed, $"{id}.{kit.Version}.nupkg"));
        var files = package.Entries.Select(entry => entry.FullName).ToList();
        Assert.All(beginnings, beginning => Assert.Contains(files, file => file.StartsWith(beginning, StringComparison.Ordinal)));
        using var nuspec = new StreamReader(package.GetEntry($"{id}.nuspec")!.Open());
        var text = nuspec.ReadToEnd();
        Assert.Contains("<license type=\"expression\">Apache-2.0</license>", text, StringComparison.Ordinal);
        Assert.Contains("<readme>README.md</readme>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Package Description", text, StringComparison.Ordinal);
    }
}
