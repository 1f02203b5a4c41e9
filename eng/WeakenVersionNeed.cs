using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies an ELF64 little-endian library and marks one needed symbol version as weak (VER_FLG_WEAK, 0x2, of its entry in
/// .gnu.version_r), so that the loader no longer refuses systems whose library lacks that version.
/// Fails when the version is not found: a new TorchSharp may not need the patch any more, and somebody should look.
/// </summary>
public sealed class WeakenVersionNeed : Task
{
    private const uint SectionTypeVersionNeed = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    [Required] public string Source { get; set; }

    [Required] public string Destination { get; set; }

    [Required] public string Version { get; set; }

    public override bool Execute()
    {
        byte[] elf = File.ReadAllBytes(Source);
        if (Weaken(elf, Version) == 0)
        {
            Log.LogError("{0} has no need of version {1} to weaken; see eng/TorchNative.targets.", Source, Version);
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Destination)));
        File.Delete(Destination); // it may be a link; never write through it into the package cache
        File.WriteAllBytes(Destination, elf);
        return true;
    }

    private static int Weaken(byte[] elf, string version)
    {
        long sections = BitConverter.ToInt64(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3a);
        int count = BitConverter.ToUInt16(elf, 0x3c);
        int weakened = 0;
        for (int i = 0; i < count; i++)
        {
            int header = (int)(sections + (long)i * size);
            if (BitConverter.ToUInt32(elf, header + 4) != SectionTypeVersionNeed)
            {
                continue;
            }

            int link = (int)BitConverter.ToUInt32(elf, header + 0x28);
            int strings = (int)BitConverter.ToInt64(elf, (int)(sections + (long)link * size) + 0x18);
            int need = (int)BitConverter.ToInt64(elf, header + 0x18);
            while (true)
            {
                int aux = need + (int)BitConverter.ToUInt32(elf, need + 8);
                for (int k = BitConverter.ToUInt16(elf, need + 2); k > 0; k--)
                {
                    int name = strings + (int)BitConverter.ToUInt32(elf, aux + 8);
                    int end = Array.IndexOf(elf, (byte)0, name);
                    if (Encoding.ASCII.GetString(elf, name, end - name) == version)
                    {
                        elf[aux + 4] |= (byte)WeakFlag;
                        weakened++;
                    }

                    aux += (int)BitConverter.ToUInt32(elf, aux + 12);
                }

                int next = (int)BitConverter.ToUInt32(elf, need + 12);
                if (next == 0)
                {
                    break;
                }

                need += next;
            }
        }

        return weakened;
    }
}
