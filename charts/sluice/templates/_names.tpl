{{- define "sluice.labels" -}}
app: sluice-controller
app.kubernetes.io/part-of: sluice
{{- end }}

{{- define "sluice.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{- /* What has gated objects born held: policies, webhook or none. */ -}}
{{- define "sluice.admission" -}}
{{- if ne .Values.admission "auto" -}}
{{ .Values.admission }}
{{- else if .Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" -}}
policies
{{- else -}}
webhook
{{- end -}}
{{- end }}

{{- /* Which share of the cluster's objects is this release's; empty: all. */ -}}
{{- define "sluice.share" -}}
{{ .Values.watchLabelSelector }}{{ with .Values.watchNamespaces }}@{{ . | uniq | sortAlpha | join "," }}{{ end }}
{{- end }}

{{- /* The Lease by which replicas find out who leads: each share has its own, named as the program names it. */ -}}
{{- define "sluice.lease" -}}
sluice-controller-leader-election{{ with include "sluice.share" . }}-{{ . | sha256sum | trunc 8 }}{{ end }}
{{- end }}
