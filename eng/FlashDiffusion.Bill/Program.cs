using FlashDiffusion.Bill;

// FlashDiffusion.Bill NAME VERSION FOLDER ASSETS...: writes NOTICE.txt and sbom.cdx.json about what a build was made of.
if (args.Length < 4)
{
    await Console.Error.WriteLineAsync("FlashDiffusion.Bill NAME VERSION FOLDER ASSETS...");
    return 1;
}

var packages = args[3..].SelectMany(RestoredPackages.Read).DistinctBy(package => (package.Name, package.Version))
    .OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase).ThenBy(package => package.Version, StringComparer.Ordinal).ToList();
Directory.CreateDirectory(args[2]);
await File.WriteAllTextAsync(Path.Combine(args[2], "NOTICE.txt"), Notice.Of(args[0], packages));
await File.WriteAllTextAsync(Path.Combine(args[2], "sbom.cdx.json"), CycloneDx.Of(args[0], args[1], packages));
return 0;
