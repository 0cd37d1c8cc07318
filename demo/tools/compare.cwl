cwlVersion: v1.2
class: CommandLineTool
label: Compare called variants with the known ones

requirements:
  InitialWorkDirRequirement:
    listing:
      - entryname: compare.sh
        entry: |
          # usage: compare.sh NAME REFERENCE TRUTH CALLS
          # Writes one line per variant that is known or called, and says of each whether it was found, missed or extra.
          set -eu
          bcftools norm --fasta-ref "$2" --output-type z --output truth.vcf.gz "$3"
          bcftools index truth.vcf.gz
          bcftools isec --prefix parts truth.vcf.gz "$4"
          printf 'sample\tposition\tref\talt\tkind\tverdict\n'
          for part in 0002:found 0000:missed 0001:extra; do
            bcftools query --format '%POS\t%REF\t%ALT\t%TYPE\n' "parts/\${part%:*}.vcf" |
              awk -v name="$1" -v verdict="\${part#*:}" 'BEGIN { OFS = "\t" } { print name, $0, verdict }'
          done | sort -t '	' -k 2,2n
hints:
  DockerRequirement: { dockerPull: 'biocloud/demo-tools:1' }
  ResourceRequirement: { coresMin: 1, ramMin: 256 }

inputs:
  reference: { type: File, secondaryFiles: [.fai] }
  variants: { type: File, secondaryFiles: [.csi] }
  truth: File
  name: string
baseCommand: [sh, compare.sh]
arguments:
  - $(inputs.name)
  - $(inputs.reference.path)
  - $(inputs.truth.path)
  - $(inputs.variants.path)
stdout: $(inputs.name).comparison.tsv
outputs:
  comparison: stdout
